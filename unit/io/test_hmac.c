/* RFC 4231's test cases. */
#include "hmac.h"

#include <string.h>

#include "check.h"

struct known {
	const char *key;
	size_t key_len;
	const char *text;
	const char *hex;
};

static void
agrees_with_the_rfc(void **state)
{
	static char aa[131], dd[50], cd[50];
	static const char counted[] = "\x01\x02\x03\x04\x05\x06\x07\x08\x09\x0a\x0b\x0c\x0d\x0e\x0f\x10\x11\x12\x13"
	    "\x14\x15\x16\x17\x18\x19";
	char text[HMAC_TEXT];
	const struct known cases[] = {
		{"\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b", 20, "Hi There",
		    "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"},
		{"Jefe", 4, "what do ya want for nothing?",
		    "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"},
		{aa, 131, "Test Using Larger Than Block-Size Key - Hash Key First",
		    "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"},
		{aa, 131, "This is a test using a larger than block-size key and a larger than block-size data. The key "
		    "needs to be hashed before being used by the HMAC algorithm.",
		    "9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f51535c3a35e2"},
	};

	(void)state;
	memset(aa, 0xaa, sizeof aa);
	memset(dd, 0xdd, sizeof dd);
	memset(cd, 0xcd, sizeof cd);
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		hmac_sha256(cases[i].key, cases[i].key_len, cases[i].text, strlen(cases[i].text), text);
		CHECK_TEXT(text, cases[i].hex);
	}
	hmac_sha256(aa, 20, dd, sizeof dd, text);
	CHECK_TEXT(text, "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe");
	hmac_sha256(counted, 25, cd, sizeof cd, text);
	CHECK_TEXT(text, "82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(agrees_with_the_rfc)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
