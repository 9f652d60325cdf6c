// SPDX-License-Identifier: MIT
#include "user/gdb.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "user/verbs.h"

union address {
	struct sockaddr any;
	struct sockaddr_in in;
	struct sockaddr_un un;
};

/* Return: false if it is neither a port nor a path that a socket can have. */
static bool parse(const char *where, union address *a, socklen_t *nr)
{
	char *end;
	unsigned long port = strtoul(where, &end, 10);

	memset(a, 0, sizeof(*a));
	if (*where >= '0' && *where <= '9' && !*end) {
		a->in.sin_family = AF_INET;
		a->in.sin_port = htons((uint16_t)port);
		a->in.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
		*nr = sizeof(a->in);
		return port > 0 && port <= UINT16_MAX;
	}
	if (!*where || strlen(where) >= sizeof(a->un.sun_path))
		return false;
	a->un.sun_family = AF_UNIX;
	strcpy(a->un.sun_path, where);
	*nr = sizeof(a->un);
	return true;
}

/* Return: a socket, or -1 with errno set. */
static int wait_at(const union address *a, socklen_t nr)
{
	int one = 1, fd = -1, at = socket(a->any.sa_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
	mode_t mask = umask(0077);

	if (at >= 0 && a->any.sa_family == AF_INET)
		setsockopt(at, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	if (at >= 0 && !bind(at, &a->any, nr)) {
		umask(mask);
		if (!listen(at, 1))
			fd = accept4(at, NULL, NULL, SOCK_CLOEXEC);
		if (a->any.sa_family == AF_UNIX)
			unlink(a->un.sun_path);
		else if (fd >= 0)
			setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
	}
	umask(mask);
	if (at >= 0)
		close(at);
	return fd;
}

/* The guest numbers its files from 3, as any program does: this one is out of its way. */
static int move_up(int fd)
{
	int high = fcntl(fd, F_DUPFD_CLOEXEC, 900);

	if (high < 0)
		return fd;
	close(fd);
	return high;
}

int vmb_gdb_accept(const char *where)
{
	union address address;
	socklen_t nr;
	int fd;

	if (!parse(where, &address, &nr)) {
		vmb_complain("--gdb wants a port of this machine or the path of a socket: %s", where);
		return -1;
	}
	fd = wait_at(&address, nr);
	if (fd < 0) {
		vmb_complain("cannot wait for a debugger at %s: %s", where, strerror(errno));
		return -1;
	}
	return move_up(fd);
}
