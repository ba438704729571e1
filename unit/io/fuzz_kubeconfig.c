/* Whatever a kubeconfig file holds: a struct or a sentence, and nothing leaks. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "kubeconfig.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	int fd = memfd_create("kubeconfig", MFD_CLOEXEC);
	struct kubeconfig config;
	struct err err = {""};
	char path[64];

	if (fd < 0 || write(fd, data, size) != (ssize_t)size)
		abort();
	snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
	if (kubeconfig_load(path, NULL, &config, &err) == 0)
		kubeconfig_done(&config);
	else if (!*err.text)
		abort();
	close(fd);
	return 0;
}
