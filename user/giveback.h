/* SPDX-License-Identifier: MIT */
#ifndef VMB_USER_GIVEBACK_H
#define VMB_USER_GIVEBACK_H
/*
 * Under sudo, files are made by root in a user's directory. Hand them to the user who typed sudo,
 * so that the next run without sudo can write beside them.
 */

/**
 * vmb_give_back - change the owner of @path to the user behind sudo. Does nothing without sudo.
 * Symbolic links are not followed.
 */
void vmb_give_back(const char *path);

#endif /* VMB_USER_GIVEBACK_H */
