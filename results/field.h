/* SPDX-License-Identifier: MIT */
#ifndef VMB_RESULTS_FIELD_H
#define VMB_RESULTS_FIELD_H
/*
 * Members of C structs by their row in a schema table, and the path of keys that leads to one.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "results/schema.h"

/** struct vmb_path - "benchmarks[3].rounds[0].tick_hz", for messages; cut when too long. */
struct vmb_path { char text[128]; size_t len; };

/** vmb_path_key, vmb_path_index - go one step down. Return: what vmb_path_back() needs. */
size_t vmb_path_key(struct vmb_path *p, const char *key);
size_t vmb_path_index(struct vmb_path *p, size_t i);
void vmb_path_back(struct vmb_path *p, size_t to);

const void *vmb_field_at(const struct vmb_field *f, const void *object);
void *vmb_field_in(const struct vmb_field *f, void *object);

/** vmb_field_uint - a VMB_FIELD_UINT, VMB_FIELD_ENUM or VMB_FIELD_BOOL as a number. */
uint64_t vmb_field_uint(const struct vmb_field *f, const void *object);
double vmb_field_real(const struct vmb_field *f, const void *object);
/** vmb_field_text - a VMB_FIELD_STRING or VMB_FIELD_TEXT; "" for NULL. Borrowed. */
const char *vmb_field_text(const struct vmb_field *f, const void *object);

/** vmb_field_set_uint - Return: false if @value does not fit the member. */
bool vmb_field_set_uint(const struct vmb_field *f, void *object, uint64_t value);

/* Lists: how many elements there are, and where. */
size_t vmb_field_count(const struct vmb_field *f, const void *object);
void vmb_field_set_count(const struct vmb_field *f, void *object, size_t count);
const void *vmb_field_elements(const struct vmb_field *f, const void *object);

/** vmb_field_known - false: the struct says that this field was not measured. */
bool vmb_field_known(const struct vmb_struct *s, const struct vmb_field *f, const void *object);
void vmb_field_set_known(const struct vmb_struct *s, const struct vmb_field *f, void *object);

/** vmb_field_heap_bytes - heap memory of the list itself, 0 when it is in the parent. */
uint64_t vmb_field_heap_bytes(const struct vmb_field *f, size_t count);

#endif /* VMB_RESULTS_FIELD_H */
