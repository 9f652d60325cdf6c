/* SPDX-License-Identifier: MIT */
#ifndef VMB_USER_VERSION_H
#define VMB_USER_VERSION_H

#define VMB_VERSION "0.1.0"

#endif /* VMB_USER_VERSION_H */
