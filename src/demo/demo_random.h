/*
 * demo_random.h: chance, in integers, so that every machine gives the same.
 */
#ifndef DEMO_RANDOM_H
#define DEMO_RANDOM_H

#include "phm_port.h"

/* Mixes 64 bits (the finalizer of splitmix64). */
static inline uint64
demo_mix(uint64 x)
{
	x ^= x >> 30;
	x *= UINT64CONST(0xBF58476D1CE4E5B9);
	x ^= x >> 27;
	x *= UINT64CONST(0x94D049BB133111EB);
	return x ^ (x >> 31);
}

static inline uint64
demo_random(uint64 *state)
{
	*state += UINT64CONST(0x9E3779B97F4A7C15);
	return demo_mix(*state);
}

/* 0 .. n - 1. */
static inline int
demo_below(uint64 *state, int n)
{
	return (int) (((demo_random(state) >> 32) * (uint64) n) >> 32);
}

/* True so many times in 1000. */
static inline bool
demo_chance(uint64 *state, int permille)
{
	return permille >= 1000 || demo_below(state, 1000) < permille;
}

/* About normal, within six deviations: the sum of twelve uniform numbers. */
static inline int64
demo_normal(uint64 *state, int64 mean, int64 deviation)
{
	int64		sum = -393210;

	for (int i = 0; i < 3; i++)
	{
		uint64		r = demo_random(state);

		sum += (int64) ((r & 0xFFFF) + ((r >> 16) & 0xFFFF) + ((r >> 32) & 0xFFFF) + (r >> 48));
	}
	return mean + deviation * sum / 65536;
}

#endif							/* DEMO_RANDOM_H */
