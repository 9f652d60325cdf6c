// SPDX-License-Identifier: MIT
#include "results/json/put.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>

#include "results/text.h"

bool vmb_json_put(struct vmb_json *j, json_t *object, const char *key, json_t *value)
{
	if (value && !json_object_set_new(object, key, value))
		return true;
	j->error = -ENOMEM;
	return false;
}

bool vmb_json_append(struct vmb_json *j, json_t *array, json_t *value)
{
	if (value && !json_array_append_new(array, value))
		return true;
	j->error = -ENOMEM;
	return false;
}

/* jansson takes UTF-8 only; a name of a counter may be anything. */
json_t *vmb_json_text_value(const char *s)
{
	char *utf8 = vmb_text_dup(s, VMB_TEXT_UNICODE);
	json_t *value = utf8 ? json_string(utf8) : NULL;

	free(utf8);
	return value;
}

void vmb_json_foreign_key(struct vmb_json *j, json_t *object, const char *key, json_t *value)
{
	char *utf8 = vmb_text_dup(key, VMB_TEXT_UNICODE);

	if (utf8) {
		vmb_json_put(j, object, utf8, value);
	} else {
		json_decref(value);
		j->error = -ENOMEM;
	}
	free(utf8);
}

void vmb_json_text(struct vmb_json *j, json_t *object, const char *key, const char *s)
{
	vmb_json_put(j, object, key, vmb_json_text_value(s));
}

void vmb_json_text_if_any(struct vmb_json *j, json_t *object, const char *key, const char *s)
{
	if (s && *s)
		vmb_json_text(j, object, key, s);
}

void vmb_json_real(struct vmb_json *j, json_t *object, const char *key, double v)
{
	if (isfinite(v))
		vmb_json_put(j, object, key, json_real(v));
}

void vmb_json_uint(struct vmb_json *j, json_t *object, const char *key, uint64_t v)
{
	/* beyond what a JSON integer holds in jansson; a double is what other readers take it as */
	vmb_json_put(j, object, key,
		     v <= INT64_MAX ? json_integer((json_int_t)v) : json_real((double)v));
}

json_t *vmb_json_object(struct vmb_json *j, json_t *object, const char *key)
{
	json_t *child = json_object();

	return vmb_json_put(j, object, key, child) ? child : NULL;
}

json_t *vmb_json_array(struct vmb_json *j, json_t *object, const char *key)
{
	json_t *child = json_array();

	return vmb_json_put(j, object, key, child) ? child : NULL;
}

void vmb_json_unless_empty(struct vmb_json *j, json_t *object, const char *key, json_t *child)
{
	if (json_object_size(child))
		vmb_json_put(j, object, key, child);
	else
		json_decref(child);
}

/* DEL is a control character too, but JSON does not want it escaped. It occurs in strings only. */
static int write_chunk(const char *buffer, size_t size, void *data)
{
	for (size_t i = 0; i < size; i++)
		if (buffer[i] == 0x7f ? fputs("\\u007f", data) < 0 : fputc(buffer[i], data) == EOF)
			return -1;
	return 0;
}

int vmb_json_write(struct vmb_json *j, json_t *root, FILE *out)
{
	if (!root)
		j->error = -ENOMEM;
	if (!j->error && json_dump_callback(root, write_chunk, out,
					    JSON_INDENT(2) | JSON_ENSURE_ASCII))
		j->error = -ENOMEM;
	fputc('\n', out);
	json_decref(root);
	return j->error;
}
