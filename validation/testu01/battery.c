/* Runs a battery of TestU01 on a walk through the streams of acdsim.
 *
 * battery small|crush WALK high|reversed SEED [TEST ...]   all tests of the battery, or those numbered
 * battery time WALK high|reversed SEED                     time of 2^30 numbers
 * battery coincide WALK high|reversed SEED                 pairs of equal 44-bit parts among 2^26 numbers
 *
 * The tests run one after the other on one sequence, as in bbattery_SmallCrush and bbattery_Crush; after each, its
 * p-values follow on lines "p BATTERY TEST VALUE NAME", so that an interrupted run still counts.
 */
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <TestU01.h>

#define BATCH 4200 /* as in src/lib.rs */

bool walk_start(const char *name, uint64_t seed, bool reversed);
void walk_fill(uint32_t *out);
void walk_words(uint64_t *out);

static uint32_t buffer[BATCH];
static int used = BATCH;

static inline uint32_t next_bits(void)
{
    if (used == BATCH) {
        walk_fill(buffer);
        used = 0;
    }
    return buffer[used++];
}

static unsigned long get_bits(void *param, void *state)
{
    (void)param, (void)state;
    return next_bits();
}

static double get_u01(void *param, void *state)
{
    (void)param, (void)state;
    return next_bits() * (1.0 / 4294967296.0);
}

static void write_state(void *state) { (void)state; }

static double seconds(clockid_t clock)
{
    struct timespec t;
    clock_gettime(clock, &t);
    return t.tv_sec + t.tv_nsec * 1e-9;
}

static int compare(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return (x > y) - (x < y);
}

/* First numbers of streams stand for their states, one to one. If the states are as independent uniform ones, n of
 * them have n (n - 1) / 2 / 2^44 pairs that agree in 44 given bits, Poisson distributed. */
static int coincide(bool low)
{
    const size_t n = (size_t)1 << 26;
    uint64_t *words = malloc((n + BATCH) * sizeof *words);
    if (!words)
        return 1;
    for (size_t i = 0; i < n; i += BATCH)
        walk_words(words + i);
    for (size_t i = 0; i < n; i++)
        words[i] = low ? words[i] & 0xfffffffffffu : words[i] >> 20;
    qsort(words, n, sizeof *words, compare);
    long pairs = 0, same = 0;
    for (size_t i = 1; i < n; i++) {
        same = words[i] == words[i - 1] ? same + 1 : 0;
        pairs += same;
    }
    printf("%ld pairs agree in the %s 44 bits, %.1f expected\n", pairs, low ? "low" : "high",
        (double)n * (double)(n - 1) / 2 / 17592186044416.0);
    free(words);
    return 0;
}

int main(int argc, char **argv)
{
    if (argc < 5) {
        fprintf(stderr, "usage: battery small|crush|time|coincide WALK high|reversed SEED [TEST ...]\n");
        return 2;
    }
    const char *which = argv[1];
    bool reversed = strcmp(argv[3], "reversed") == 0;
    if (!walk_start(argv[2], strtoull(argv[4], NULL, 10), reversed)) {
        fprintf(stderr, "battery: no walk \"%s\"\n", argv[2]);
        return 2;
    }
    setvbuf(stdout, NULL, _IOLBF, 0);
    double wall = seconds(CLOCK_MONOTONIC), cpu = seconds(CLOCK_PROCESS_CPUTIME_ID);

    if (strcmp(which, "time") == 0) {
        uint32_t all = 0;
        for (long i = 0; i < 1L << 30; i++)
            all ^= next_bits();
        printf("2^30 numbers of %s: %.2f s (xor %08x)\n", argv[2],
            seconds(CLOCK_PROCESS_CPUTIME_ID) - cpu, (unsigned)all);
        return 0;
    }

    if (strcmp(which, "coincide") == 0)
        return coincide(reversed);

    static char name[200];
    snprintf(name, sizeof name, "acdsim-%s-%s-seed%s", argv[2], argv[3], argv[4]);
    unif01_Gen gen = { NULL, NULL, name, get_u01, get_bits, write_state };
    bool crush = strcmp(which, "crush") == 0;
    int tests = crush ? 96 : 10;
    int count = 0;
    double least = 1, most = 0;
    swrite_Basic = FALSE;
    for (int test = 1; test <= tests; test++) {
        bool chosen = argc == 5;
        for (int i = 5; i < argc; i++)
            chosen |= atoi(argv[i]) == test;
        if (!chosen)
            continue;
        int rep[201] = { 0 };
        rep[test] = 1;
        if (crush)
            bbattery_RepeatCrush(&gen, rep);
        else
            bbattery_RepeatSmallCrush(&gen, rep);
        for (int i = 0; i < bbattery_NTests; i++) {
            double p = bbattery_pVal[i];
            /* TestU01 marks a statistic that was not computed by -1 */
            if (p < 0)
                continue;
            printf("p %s %d %.17g %s\n", which, test, p, bbattery_TestNames[i]);
            least = p < least ? p : least;
            most = p > most ? p : most;
            count++;
        }
    }
    printf("done %s %s %s seed %s: %d p-values, least %.3g, 1 - largest %.3g, %.0f s of processor, %.0f s in all\n",
        which, argv[2], argv[3], argv[4], count, least, 1 - most,
        seconds(CLOCK_PROCESS_CPUTIME_ID) - cpu, seconds(CLOCK_MONOTONIC) - wall);
    return 0;
}
