/* SPDX-License-Identifier: MIT */
#ifndef VMB_RESULTS_STORE_H
#define VMB_RESULTS_STORE_H
/*
 * A store is a directory: DIR/runs/<run id>.vmb, DIR/baselines/<name>.vmb. Files are written to a
 * temporary name beside the final one, fsynced and renamed: a file is whole or absent.
 */

#include "results/codec.h"

/**
 * vmb_store_prepare - create DIR and DIR/runs and prove that they can be written, before anything
 * is measured.
 * Return: 0 or -errno with @err saying what to do.
 */
VMB_MUST_CHECK int vmb_store_prepare(const char *dir, struct vmb_error *err);

/** vmb_store_prepare_folder - the same with DIR/@folder, one of the names below. */
VMB_MUST_CHECK int vmb_store_prepare_folder(const char *dir, const char *folder,
					    struct vmb_error *err);

/**
 * vmb_store_save - write a run to DIR/runs/<id>.vmb.
 * @path: PATH_MAX bytes, gets the final path
 * Return: 0; -ENOSPC, -EROFS, -EACCES, ... with @err; on failure no file of that name exists.
 * -EPERM for a result of a sanitized build (env fact build.sanitizer): never stored.
 */
VMB_MUST_CHECK int vmb_store_save(const char *dir, const struct vmb_result *res, char *path,
				  struct vmb_error *err);

/**
 * vmb_store_put - write a run to DIR/@folder/@name.vmb.
 * @name: a valid file name, which the caller has checked; it may be @res->id, which is checked here
 * @replace: an older file of that name is replaced in one step; false: -EEXIST
 * @path: PATH_MAX bytes, gets the final path
 * Return: as vmb_store_save(). On failure a file of that name is what it was.
 */
VMB_MUST_CHECK int vmb_store_put(const char *dir, const char *folder, const char *name,
				 bool replace, const struct vmb_result *res, char *path,
				 struct vmb_error *err);

/**
 * vmb_store_load - read a run.
 * @ref: a path, a run id, a unique prefix of one, or "latest"; borrowed
 * Return: 0 or -errno with @err: -ENOENT lists nearby ids; -ENOTUNIQ the prefix fits several;
 * -EINVAL not a file; -EBADMSG, -EPROTO, -EFBIG as vmb_result_decode().
 */
VMB_MUST_CHECK int vmb_store_load(const char *dir, const char *ref, struct vmb_result *out,
				  struct vmb_error *err);

#define VMB_STORE_RUNS		"runs"
#define VMB_STORE_BASELINES	"baselines"

/**
 * struct vmb_store_entry - one file of a store.
 * @id: its name without ".vmb": a run id, or the name of a baseline; heap
 * @path: heap
 * @size_bytes: of the file
 * @schema: schema version that its header claims, also a newer one; 0 if it is not a result
 */
struct vmb_store_entry {
	char *id, *path;
	uint64_t size_bytes;
	uint32_t schema;
};

/** struct vmb_store_list - owned; free with vmb_store_list_fini(). */
struct vmb_store_list {
	size_t nr;
	struct vmb_store_entry *entries;
};

/**
 * vmb_store_list - what is stored, sorted by id: runs therefore by time, oldest first. Reads no
 * more than the header of each file.
 * @folder: VMB_STORE_RUNS or VMB_STORE_BASELINES
 * @out: overwritten on success; a folder that does not exist gives an empty list
 * Return: 0 or -errno with @err.
 */
VMB_MUST_CHECK int vmb_store_list(const char *dir, const char *folder, struct vmb_store_list *out,
				  struct vmb_error *err);

/** vmb_store_list_fini - free all entries and zero. NULL-safe. */
void vmb_store_list_fini(struct vmb_store_list *list);

#endif /* VMB_RESULTS_STORE_H */
