#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "json.h"
#include "web.h"

enum comparison { LESS, LESS_OR_EQUAL, GREATER, GREATER_OR_EQUAL, EQUAL, NOT_EQUAL, NO_COMPARISON };

static enum comparison
comparison_of(const char *text)
{
	static const char *const signs[] = {"<", "<=", ">", ">=", "==", "!="};
	int i = 0;

	while (i < NO_COMPARISON && strcmp(signs[i], text) != 0)
		i++;
	return (enum comparison)i;
}

static bool
compare(double value, enum comparison comparison, double threshold)
{
	switch (comparison) {
	case LESS:
		return value < threshold;
	case LESS_OR_EQUAL:
		return value <= threshold;
	case GREATER:
		return value > threshold;
	case GREATER_OR_EQUAL:
		return value >= threshold;
	case EQUAL:
		return !(value < threshold) && !(value > threshold);
	default:
		return value < threshold || value > threshold;
	}
}

/* "0.5", "+Inf"; false: no number at all. */
static bool
read_number(const char *text, double *ret)
{
	char *end;

	*ret = text ? strtod(text, &end) : 0;
	return text && *text && !*end;
}

/* {db="x",instance="y"} of a series' labels, for people. */
static const char *
series_text(const struct cJSON *metric, char *text, size_t size)
{
	size_t len = 0;

	text[0] = '\0';
	JSON_EACH (label, metric)
		if (json_text(label) && len + 1 < size)
			len += (size_t)snprintf(text + len, size - len, "%s%s=\"%.40s\"", len ? "," : "", json_key(label),
			    json_text(label));
	return text;
}

struct asked {
	enum comparison comparison;
	const char *sign;
	double threshold;
};

/* A sample is [time, "value"]. */
static enum truth
judge_sample(struct task *t, const struct asked *asked, const struct cJSON *metric, const struct cJSON *sample)
{
	const char *text = json_text(json_next(json_first(sample)));
	char series[160];
	double value;

	if (!read_number(text, &value) || isnan(value))
		return task_unknown(t, "the query gives %s for {%s}", text ? text : "nothing readable",
		    series_text(metric, series, sizeof series));
	if (!compare(value, asked->comparison, asked->threshold))
		return task_fails(t, "%s for {%s}, which is not %s %g", text, series_text(metric, series, sizeof series),
		    asked->sign, asked->threshold);
	return task_holds(t, "%s %s %g", text, asked->sign, asked->threshold);
}

/* Every series must hold; one that is unknown makes it unknown, whatever the others are. */
static enum truth
judge_data(struct task *t, const struct asked *asked, const struct cJSON *data)
{
	const struct cJSON *result = json_get(data, "result");
	const char *type = json_str_or(data, "resultType", "");
	enum truth whole = TRUTH_HOLDS;
	size_t count = json_count(result);

	if (strcmp(type, "scalar") == 0)
		return judge_sample(t, asked, NULL, result);
	if (strcmp(type, "vector") != 0)
		return task_unknown(t, "the query gives a %.20s; expected an instant vector or a scalar", type);
	if (count == 0)
		return task_unknown(t, "the query gives no series: nothing is known");
	JSON_EACH (series, result) {
		enum truth truth = judge_sample(t, asked, json_get(series, "metric"), json_get(series, "value"));

		if (truth == TRUTH_UNKNOWN)
			return truth;
		whole = truth == TRUTH_FAILS ? truth : whole;
	}
	JSON_EACH (series, result)
		if (judge_sample(t, asked, json_get(series, "metric"), json_get(series, "value")) == whole &&
		    whole == TRUTH_FAILS)
			return whole;
	return count > 1 ? task_holds(t, "%zu series are %s %g", count, asked->sign, asked->threshold) : whole;
}

/* Holds: every sample of the instant query compares with the threshold as is asked. */
static enum truth
judge(struct task *t)
{
	const char *url = web_prometheus(t);
	struct asked asked = {.sign = task_text(t, "comparison")};
	const struct answer *answer;
	CLEANUP_JSON struct cJSON *json = NULL;
	struct err err = {""};

	asked.comparison = comparison_of(asked.sign);
	if (asked.comparison == NO_COMPARISON || !read_number(task_text(t, "threshold"), &asked.threshold))
		return task_unknown(t, "comparison \"%s\" with \"%s\": expected < <= > >= == or != and a number", asked.sign,
		    task_text(t, "threshold"));
	if (!url)
		return task_unknown(t, "the TargetCluster has no spec.access.prometheus: give its url");
	answer = web_query(t, url, "/api/v1/query", "query", task_text(t, "query"));
	if (!answer)
		return TRUTH_UNKNOWN;
	json = answer->reached ? json_parse(answer->body, answer->len, &err) : NULL;
	if (!json)
		return task_unknown(t, "Prometheus does not tell: %s", answer->reached ? err.text : answer_text(t, answer));
	if (strcmp(json_str_or(json, "status", ""), "success") != 0)
		return task_unknown(t, "Prometheus answered HTTP %d: %.160s", answer->status,
		    json_str_or(json, "error", answer_text(t, answer)));
	return judge_data(t, &asked, json_get(json, "data"));
}

const struct reconciler prometheus_query = {
	.name = "prometheus-query",
	.scope = SCOPE_ANY,
	.needs_prometheus = true,
	.summary = "Every series of an instant query compares with the threshold; none, or NaN, is unknown.",
	.parameters = {
		{.name = "query", .type = PARAMETER_STRING, .required = true, .help = "PromQL, an instant vector or a scalar"},
		{.name = "comparison", .type = PARAMETER_STRING, .required = true, .help = "< <= > >= == or !="},
		{.name = "threshold", .type = PARAMETER_STRING, .required = true, .help = "a number, such as 0.05"},
	},
	.timeout_ms = HOURS(1),
	.judge = judge,
};
