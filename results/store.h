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

/**
 * vmb_store_save - write a run to DIR/runs/<id>.vmb.
 * @path: PATH_MAX bytes, gets the final path
 * Return: 0; -ENOSPC, -EROFS, -EACCES, ... with @err; on failure no file of that name exists.
 * -EPERM for a result of a sanitized build (env fact build.sanitizer): never stored.
 */
VMB_MUST_CHECK int vmb_store_save(const char *dir, const struct vmb_result *res, char *path,
				  struct vmb_error *err);

/**
 * vmb_store_load - read a run.
 * @ref: a path, a run id, a unique prefix of one, or "latest"; borrowed
 * Return: 0 or -errno with @err (-ENOENT lists nearby ids; -EBADMSG, -EPROTO, -EFBIG as codec).
 */
VMB_MUST_CHECK int vmb_store_load(const char *dir, const char *ref, struct vmb_result *out,
				  struct vmb_error *err);

#endif /* VMB_RESULTS_STORE_H */
