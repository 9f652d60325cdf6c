/* SPDX-License-Identifier: MIT */
#ifndef VMB_RESULTS_JSON_PUT_H
#define VMB_RESULTS_JSON_PUT_H
/*
 * Building a JSON document, as far as all documents need the same. Errors are sticky: building never
 * fails half-way, and nothing is written after an error. Output is ASCII.
 */

#include <jansson.h>

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

/** struct vmb_json - zeroed is no error yet. */
struct vmb_json { int error; };

/**
 * vmb_json_put - takes @value; NULL is an error.
 * Return: did it get in? If not, @value is gone.
 */
bool vmb_json_put(struct vmb_json *j, json_t *object, const char *key, json_t *value);

/** vmb_json_append - the same for an array. */
bool vmb_json_append(struct vmb_json *j, json_t *array, json_t *value);

/** vmb_json_text_value - foreign text, made UTF-8. Return: NULL when out of memory. */
json_t *vmb_json_text_value(const char *s);

/** vmb_json_foreign_key - @key may be anything. Takes @value. */
void vmb_json_foreign_key(struct vmb_json *j, json_t *object, const char *key, json_t *value);

void vmb_json_text(struct vmb_json *j, json_t *object, const char *key, const char *s);
/** vmb_json_text_if_any - NULL and "" are absent. */
void vmb_json_text_if_any(struct vmb_json *j, json_t *object, const char *key, const char *s);
/** vmb_json_real - what is not finite is absent. */
void vmb_json_real(struct vmb_json *j, json_t *object, const char *key, double v);
void vmb_json_uint(struct vmb_json *j, json_t *object, const char *key, uint64_t v);

/** vmb_json_object, vmb_json_array - a child. Borrowed; NULL when out of memory, which is harmless. */
json_t *vmb_json_object(struct vmb_json *j, json_t *object, const char *key);
json_t *vmb_json_array(struct vmb_json *j, json_t *object, const char *key);

/** vmb_json_unless_empty - for what is absent when there is nothing in it. Takes @child. */
void vmb_json_unless_empty(struct vmb_json *j, json_t *object, const char *key, json_t *child);

/**
 * vmb_json_write - write the document and a newline, unless there was an error. Takes @root.
 * Return: 0 or -ENOMEM; failed writes are in @out.
 */
int vmb_json_write(struct vmb_json *j, json_t *root, FILE *out);

#endif /* VMB_RESULTS_JSON_PUT_H */
