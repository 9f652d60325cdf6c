/* SPDX-License-Identifier: MIT */
#ifndef VMB_ARCH_BASE_CIPHER_H
#define VMB_ARCH_BASE_CIPHER_H
/*
 * What instructions for ciphers of several architectures have in common: the steps of a round of AES,
 * and products of polynomials. A state is 16 bytes, column by column, as all of them keep it.
 * Source: FIPS 197, 5.1 and 5.3.
 */

#include <stdbool.h>
#include <stdint.h>

/** cipher_substitute - each byte of @state by the S-box, or its inverse. */
void cipher_substitute(uint8_t state[16], bool inverse);

/** cipher_shift_rows - row r by r columns to the left, or to the right. */
void cipher_shift_rows(uint8_t state[16], bool inverse);

/** cipher_mix_columns - each column by the matrix, or its inverse. */
void cipher_mix_columns(uint8_t state[16], bool inverse);

/** cipher_substitute_word - four bytes by the S-box. */
uint32_t cipher_substitute_word(uint32_t word);

/** cipher_multiply - the product of polynomials over GF(2): its low half and its high half. */
void cipher_multiply(uint64_t a, uint64_t b, uint64_t product[2]);

#endif /* VMB_ARCH_BASE_CIPHER_H */
