#include "notice_text.h"

#include "alloc.h"
#include "buf.h"
#include "check.h"
#include "json.h"

#define APART "\xe2\x80\x8b"

static struct notice_text
notice(enum target_channel_type type, const char *text)
{
	return (struct notice_text){.type = type, .event = "halted", .text = text, .operation = "roll", .namespace_ = "ops",
	    .uid = "u-1", .cluster = "messages-prd", .owner = "<@80351110224678912>", .id = "u-1/halted/0",
	    .wall_ms = INT64_C(1767225600000), .tag = true};
}

static void
bodies_are_what_each_service_takes(void **state)
{
	static const struct {
		enum target_channel_type type;
		const char *owner, *template_;
		bool tag, again;
		const char *body;
	} cases[] = {
		{TARGET_CHANNEL_DISCORD, "<@80351110224678912>", NULL, true, false,
		    "{\"content\":\"db-b-3 is down (roll on messages-prd) <@80351110224678912>\",\"allowed_mentions\":"
		    "{\"parse\":[],\"users\":[\"80351110224678912\"]}}"},
		{TARGET_CHANNEL_DISCORD, "<@&4711>", NULL, true, false,
		    "{\"content\":\"db-b-3 is down (roll on messages-prd) <@&4711>\",\"allowed_mentions\":"
		    "{\"parse\":[],\"roles\":[\"4711\"]}}"},
		{TARGET_CHANNEL_DISCORD, "<@80351110224678912>", NULL, false, true,
		    "{\"content\":\"db-b-3 is down (roll on messages-prd) (sent again: nobody answered the first time)\","
		    "\"allowed_mentions\":{\"parse\":[]}}"},
		{TARGET_CHANNEL_DISCORD, "@everyone", NULL, true, false,
		    "{\"content\":\"db-b-3 is down (roll on messages-prd) @" APART "everyone\",\"allowed_mentions\":"
		    "{\"parse\":[]}}"},
		{TARGET_CHANNEL_DISCORD, NULL, "[+event+] 1++1 +namespace+/+operation+: +text+", true, false,
		    "{\"content\":\"[halted] 1+1 ops/roll: db-b-3 is down\",\"allowed_mentions\":{\"parse\":[]}}"},
		{TARGET_CHANNEL_SLACK, "<@U024BE7LH>", NULL, true, false,
		    "{\"text\":\"db-b-3 is down (roll on messages-prd) <@U024BE7LH>\"}"},
		{TARGET_CHANNEL_SLACK, "<!subteam^SAZ94GDB8>", "+owner+ +text+", true, false,
		    "{\"text\":\"<!subteam^SAZ94GDB8> db-b-3 is down\"}"},
		{TARGET_CHANNEL_SLACK, "<!channel>", "+text+ +owner+", true, false,
		    "{\"text\":\"db-b-3 is down &lt;!channel&gt;\"}"},
		{TARGET_CHANNEL_JSON, "ops@example.com", NULL, true, false,
		    "{\"id\":\"u-1/halted/0\",\"event\":\"halted\",\"text\":\"db-b-3 is down\",\"operation\":"
		    "{\"namespace\":\"ops\",\"name\":\"roll\",\"uid\":\"u-1\"},\"cluster\":\"messages-prd\","
		    "\"owner\":\"ops@example.com\",\"time\":\"2026-01-01T00:00:00Z\"}"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct notice_text n = notice(cases[i].type, "db-b-3 is down");
		CLEANUP_FREE char *body = NULL;

		n.owner = cases[i].owner;
		n.template_ = cases[i].template_;
		n.tag = cases[i].tag;
		n.again = cases[i].again;
		body = notice_body(&n);
		CHECK_TEXT(body, cases[i].body);
	}
}

/* Its receiver tells by the id that it is the same: so it is, to the byte. */
static void
json_is_repeated_as_it_was(void **state)
{
	struct notice_text first = notice(TARGET_CHANNEL_JSON, "x"), again = first;
	CLEANUP_FREE char *a = NULL, *b = NULL;

	(void)state;
	again.again = true;
	again.tag = false;
	a = notice_body(&first);
	b = notice_body(&again);
	CHECK_TEXT(a, b);
}

static void
nobody_is_called_by_a_text(void **state)
{
	static const struct {
		enum target_channel_type type;
		const char *text, *escaped;
	} cases[] = {
		{TARGET_CHANNEL_DISCORD, "@everyone <@1> <@&2> <#3> a<b c@d",
		    "@" APART "everyone <" APART "@" APART "1> <" APART "@"
		    APART "&2> <" APART "#3> a<b c@" APART "d"},
		{TARGET_CHANNEL_SLACK, "<!here> <@U1> a&b", "&lt;!here&gt; &lt;@" APART "U1&gt; a&amp;b"},
		{TARGET_CHANNEL_JSON, "<@1> @everyone", "<@1> @everyone"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		CLEANUP_BUF struct buf out = BUF_INIT(BUF_MAX_LINE);

		notice_escape(cases[i].type, cases[i].text, &out);
		CHECK_TEXT(buf_str(&out), cases[i].escaped);
	}
}

static void
owners_are_who_the_service_knows(void **state)
{
	static const struct {
		enum target_channel_type type;
		const char *owner;
		bool can;
	} cases[] = {
		{TARGET_CHANNEL_DISCORD, "<@80351110224678912>", true}, {TARGET_CHANNEL_DISCORD, "<@!80351110224678912>", true},
		{TARGET_CHANNEL_DISCORD, "<@&80351110224678912>", true}, {TARGET_CHANNEL_DISCORD, "<@1>", false},
		{TARGET_CHANNEL_DISCORD, "<@80351110224678912> @everyone", false}, {TARGET_CHANNEL_DISCORD, "@everyone", false},
		{TARGET_CHANNEL_DISCORD, "<@U024BE7LH>", false}, {TARGET_CHANNEL_DISCORD, NULL, false},
		{TARGET_CHANNEL_SLACK, "<@U024BE7LH>", true}, {TARGET_CHANNEL_SLACK, "<!subteam^SAZ94GDB8>", true},
		{TARGET_CHANNEL_SLACK, "<!channel>", false}, {TARGET_CHANNEL_SLACK, "<@U024BE7LH|x>", false},
		{TARGET_CHANNEL_JSON, "anybody", true},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++)
		if (notice_can_tag(cases[i].type, cases[i].owner) != cases[i].can)
			CHECK_FAIL("owner %s: expected %d", cases[i].owner, cases[i].can);
}

/* Discord takes 2000 characters: the text is cut, at a letter's end; what says whose it is and calls the owner is not. */
static void
long_texts_are_cut_and_the_owner_stays(void **state)
{
	char text[6001];

	(void)state;
	for (size_t letter = 1; letter <= 3; letter++) {
		struct notice_text n = notice(TARGET_CHANNEL_DISCORD, text);
		CLEANUP_FREE char *body = NULL;
		struct cJSON *json CLEANUP_JSON = NULL;
		const char *content;

		for (size_t i = 0; i + letter < sizeof text; i += letter)
			memcpy(text + i, letter == 1 ? "@" : letter == 2 ? "ä" : "…", letter);
		text[sizeof text - 1] = '\0';
		n.template_ = "+text+ +owner+";
		body = notice_body(&n);
		json = json_parse(body, strlen(body), NULL);
		content = json_str(json, "content");
		CHECK(strlen(content) <= 2000);
		CHECK(strlen(content) > 1000);
		CHECK(!strstr(content, "\xef\xbf\xbd"));
		CHECK_TEXT(content + strlen(content) - 21, " <@80351110224678912>");
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(bodies_are_what_each_service_takes),
		cmocka_unit_test(json_is_repeated_as_it_was),
		cmocka_unit_test(nobody_is_called_by_a_text),
		cmocka_unit_test(owners_are_who_the_service_knows),
		cmocka_unit_test(long_texts_are_cut_and_the_owner_stays),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
