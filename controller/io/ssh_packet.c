#include "ssh_packet.h"

#include <string.h>

enum {
	MUX_VERSION = 4,
	MUX_MSG_HELLO = 0x00000001,
	MUX_C_NEW_SESSION = 0x10000002,
	MUX_C_NEW_STDIO_FWD = 0x10000008,
	WORD = 4,
};

/* These do not fit an int. */
#define MUX_S_PERMISSION_DENIED 0x80000002u
#define MUX_S_FAILURE 0x80000003u
#define MUX_S_EXIT_MESSAGE 0x80000004u
#define MUX_S_SESSION_OPENED 0x80000006u
#define NO_ESCAPE_CHARACTER 0xffffffffu

static void
put_u32(struct buf *out, uint32_t value)
{
	const unsigned char bytes[WORD] = {(unsigned char)(value >> 24), (unsigned char)(value >> 16),
	    (unsigned char)(value >> 8), (unsigned char)value};

	buf_put(out, bytes, sizeof bytes);
}

static void
put_string(struct buf *out, const char *text)
{
	put_u32(out, (uint32_t)strlen(text));
	buf_puts(out, text);
}

static uint32_t
get_u32(const char *at)
{
	const unsigned char *b = (const unsigned char *)at;

	return (uint32_t)b[0] << 24 | (uint32_t)b[1] << 16 | (uint32_t)b[2] << 8 | b[3];
}

void
mux_put_hello(struct buf *out)
{
	put_u32(out, 2 * WORD);
	put_u32(out, MUX_MSG_HELLO);
	put_u32(out, MUX_VERSION);
}

void
mux_put_command(struct buf *out, const char *command)
{
	const size_t words = 10;

	put_u32(out, (uint32_t)(words * WORD + strlen(command)));
	put_u32(out, MUX_C_NEW_SESSION);
	put_u32(out, 0);                         /* our request's number: each socket carries one */
	put_string(out, "");                     /* reserved */
	for (int i = 0; i < 4; i++)
		put_u32(out, 0);                 /* no terminal, X11, agent, subsystem */
	put_u32(out, NO_ESCAPE_CHARACTER);
	put_string(out, "");                     /* terminal type */
	put_string(out, command);
}

void
mux_put_forward(struct buf *out, const char *address, int port)
{
	const size_t words = 5;

	put_u32(out, (uint32_t)(words * WORD + strlen(address)));
	put_u32(out, MUX_C_NEW_STDIO_FWD);
	put_u32(out, 0);                         /* our request's number */
	put_string(out, "");                     /* reserved */
	put_string(out, address);
	put_u32(out, (uint32_t)port);
}

/* Before the payload's own words stand type and, but for the greeting, our request's number. */
static int
read_payload(const char *at, size_t len, struct mux_message *ret, struct err *err)
{
	uint32_t type = get_u32(at), length;
	size_t least = type == MUX_MSG_HELLO || type == MUX_S_SESSION_OPENED ? 2 * WORD : 3 * WORD;

	*ret = (struct mux_message){.kind = MUX_OTHER};
	switch (type) {
	case MUX_MSG_HELLO:
		ret->kind = MUX_HELLO;
		break;
	case MUX_S_SESSION_OPENED:
		ret->kind = MUX_OPENED;
		break;
	case MUX_S_EXIT_MESSAGE:
		ret->kind = MUX_EXITED;
		break;
	case MUX_S_FAILURE:
	case MUX_S_PERMISSION_DENIED:
		ret->kind = MUX_FAILED;
		break;
	default:
		return 0;                        /* of no matter to us */
	}
	if (len < least)
		return err_set(err, "a packet of type %#x that is shorter than %zu bytes", type, least);
	if (type == MUX_MSG_HELLO && get_u32(at + WORD) != MUX_VERSION)
		return err_set(err, "this ssh speaks another multiplexing protocol than version %d: %u", MUX_VERSION,
		    get_u32(at + WORD));
	if (ret->kind == MUX_EXITED)
		ret->status = (int)get_u32(at + 2 * WORD);
	if (ret->kind != MUX_FAILED)
		return 0;
	length = get_u32(at + 2 * WORD);
	if (length > len - 3 * WORD)
		return err_set(err, "a packet of %zu bytes that is shorter than the reason in it, of %u", len, length);
	ret->reason = at + 3 * WORD;
	ret->len = length < BUF_MAX_ERROR ? length : BUF_MAX_ERROR;
	return 0;
}

long
mux_read(const char *bytes, size_t len, struct mux_message *ret, struct err *err)
{
	size_t packet;

	if (len < WORD)
		return 0;
	packet = get_u32(bytes);
	if (packet > BUF_MAX_MUX_PACKET)
		return err_set(err, "a packet of %zu bytes, where %d is the most", packet, BUF_MAX_MUX_PACKET);
	if (packet < WORD)
		return err_set(err, "a packet of %zu bytes, shorter than its type", packet);
	if (len - WORD < packet)
		return 0;
	return read_payload(bytes + WORD, packet, ret, err) ? -1 : (long)(WORD + packet);
}
