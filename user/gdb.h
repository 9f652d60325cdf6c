/* SPDX-License-Identifier: MIT */
#ifndef VMB_USER_GDB_H
#define VMB_USER_GDB_H
/*
 * --gdb: where a debugger finds a guest program.
 */

#include "arch/base/attr.h"

/**
 * vmb_gdb_accept - wait for one debugger on this machine.
 * @where: a port of the loopback interface, or the path of a socket to be made, which only this user
 *	can reach and which goes when somebody has connected
 * Return: a connected socket, owned; -1, which has been complained about.
 */
VMB_MUST_CHECK int vmb_gdb_accept(const char *where);

#endif /* VMB_USER_GDB_H */
