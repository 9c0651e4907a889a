// measure.h - how every logger is measured: the same loops, the same clock, the same messages. A peer
// is one file in peers/ that includes this header and defines the five functions below; main is here.
//
//   PEER disabled N             ns of one call whose level is off, less the empty loop
//   PEER latency SHAPE P N FILE ns of one enabled call: N bursts of 20 calls, 2 ms apart, from P threads
//   PEER rate P N FILE          N records from P threads into FILE: first call until last byte written
//   PEER idle SECONDS           CPU of a process that does nothing
//
// Each prints one line of JSON. A shape is `numbers` (2 ints and a double by %g) or `text` (32 bytes).
#ifndef WEIR_BENCH_MEASURE_H
#define WEIR_BENCH_MEASURE_H

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <fstream>
#include <string>
#include <thread>
#include <vector>

#include <unistd.h>
#include <x86intrin.h>

// ---- what a peer defines ----
static void peer_open(const char *path); // a line has date with milliseconds, level, logger, message
static void peer_close();                // returns when the last byte is written
static inline void peer_numbers(int a, int b, double c);
static inline void peer_text(const char *s);
static inline void peer_disabled(int a, int b, double c);

enum { BURST = 20, BURST_PAUSE_US = 2000 };

static inline uint64_t now_ns(clockid_t clock = CLOCK_MONOTONIC) {
    timespec t;
    clock_gettime(clock, &t);
    return uint64_t(t.tv_sec) * 1000000000u + uint64_t(t.tv_nsec);
}

// The compiler keeps the loop and believes that memory has changed.
static inline void barrier() { asm volatile("" ::: "memory"); }

// Nanoseconds of a tick of the time stamp counter.
static double tick_ns() {
    uint64_t ns = now_ns(), ticks = __rdtsc();
    while (now_ns() - ns < 20000000) {
    }
    uint64_t end = now_ns();
    return double(end - ns) / double(__rdtsc() - ticks);
}

// ---- disabled ----

template <typename F> static double loop_ns(uint64_t n, F call) {
    uint64_t begin = now_ns();
    for (uint64_t i = 0; i < n; i++) {
        call(int(i));
        barrier();
    }
    return double(now_ns() - begin) / double(n);
}

static void measure_disabled(uint64_t n) {
    peer_open("/dev/null");
    double best = 1e9, empty = 1e9; // the least of several: what else runs can only add
    for (int i = 0; i < 7; i++) {
        empty = std::min(empty, loop_ns(n, [](int) {}));
        best = std::min(best, loop_ns(n, [](int a) { peer_disabled(a, 7, 0.5); }));
    }
    peer_close();
    printf("{\"disabled_ns\":%.3f}\n", std::max(0.0, best - empty));
}

// ---- latency ----

struct text32 {
    char bytes[33];
};

static inline void one_call(bool numbers, int i, const text32 &text) {
    if (numbers)
        peer_numbers(i, 4711, 0.37 * i);
    else
        peer_text(text.bytes);
}

struct samples {
    std::vector<uint32_t> calls, nothing; // ticks; of two stamps with nothing between them
};

static inline uint32_t ticks_since(uint64_t begin) {
    barrier();
    return uint32_t(std::min<uint64_t>(__rdtsc() - begin, UINT32_MAX));
}

// What measuring costs is measured beside each burst: it changes with what else the machine does.
static void bursts(bool numbers, int count, samples *out) {
    text32 text;
    memcpy(text.bytes, "0123456789abcdefghijklmnopqrstuv", 33);
    for (int i = 0; i < count; i++) {
        usleep(BURST_PAUSE_US);
        for (int j = 0; j < BURST; j++) {
            uint64_t begin = __rdtsc();
            one_call(numbers, i * BURST + j, text);
            out->calls.push_back(ticks_since(begin));
        }
        for (int j = 0; j < BURST; j++) {
            uint64_t begin = __rdtsc();
            out->nothing.push_back(ticks_since(begin));
        }
    }
}

// Of grouped data, since a virtual machine's counter may move in steps (of 10 ns, say): equal values
// are taken as spread evenly over the step, half of which lies on either side.
static double percentile(const std::vector<uint32_t> &sorted, double p) {
    double rank = p * double(sorted.size());
    uint32_t value = sorted[std::min(sorted.size() - 1, size_t(rank))];
    auto group = std::equal_range(sorted.begin(), sorted.end(), value);
    double step = 1e9;
    if (group.first != sorted.begin()) step = std::min(step, value - double(group.first[-1]));
    if (group.second != sorted.end()) step = std::min(step, double(*group.second) - value);
    if (step == 1e9) step = 0;
    double passed = (rank - double(group.first - sorted.begin())) / double(group.second - group.first);
    return value + step * (std::min(1.0, passed) - 0.5);
}

static void measure_latency(bool numbers, int producers, int count, const char *path) {
    double tick = tick_ns();
    unlink(path);
    peer_open(path);
    std::vector<samples> found(static_cast<size_t>(producers));
    std::vector<std::thread> threads;
    for (samples &mine : found)
        threads.emplace_back([&mine, numbers, count] {
            bursts(numbers, 20, &mine); // a thread's first calls do more
            mine = samples();
            mine.calls.reserve(size_t(count) * BURST);
            mine.nothing.reserve(size_t(count) * BURST);
            bursts(numbers, count, &mine);
        });
    for (auto &t : threads) t.join();
    peer_close();
    unlink(path);
    samples all;
    for (samples &mine : found) {
        all.calls.insert(all.calls.end(), mine.calls.begin(), mine.calls.end());
        all.nothing.insert(all.nothing.end(), mine.nothing.begin(), mine.nothing.end());
    }
    std::sort(all.calls.begin(), all.calls.end());
    std::sort(all.nothing.begin(), all.nothing.end());
    double cost = percentile(all.nothing, 0.5);
    auto at = [&](double p) { return std::max(0.0, (percentile(all.calls, p) - cost) * tick); };
    printf("{\"p50\":%.1f,\"p99\":%.1f,\"p999\":%.1f,\"cost\":%.1f}\n", at(0.5), at(0.99), at(0.999),
           cost * tick);
}

// ---- end to end ----

static uint64_t count_lines(const char *path) {
    std::ifstream in(path, std::ios::binary);
    std::vector<char> buffer(1 << 20);
    uint64_t lines = 0;
    while (in.read(buffer.data(), std::streamsize(buffer.size())) || in.gcount() > 0)
        lines += uint64_t(std::count(buffer.begin(), buffer.begin() + in.gcount(), '\n'));
    return lines;
}

static void measure_rate(int producers, uint64_t records, const char *path) {
    unlink(path);
    peer_open(path);
    uint64_t cpu = now_ns(CLOCK_PROCESS_CPUTIME_ID), begin = now_ns();
    std::vector<std::thread> threads;
    for (int p = 0; p < producers; p++)
        threads.emplace_back([=] {
            uint64_t mine = records / uint64_t(producers);
            for (uint64_t i = 0; i < mine; i++) peer_numbers(int(i), p, 0.37 * double(i));
        });
    for (auto &t : threads) t.join();
    peer_close();
    uint64_t took = now_ns() - begin;
    cpu = now_ns(CLOCK_PROCESS_CPUTIME_ID) - cpu;
    uint64_t made = records / uint64_t(producers) * uint64_t(producers), lines = count_lines(path);
    unlink(path);
    if (lines < made) {
        fprintf(stderr, "%llu of %llu records are in %s\n", (unsigned long long)lines,
                (unsigned long long)made, path);
        exit(1);
    }
    printf("{\"records_per_s\":%.0f,\"cpu_ns\":%.1f}\n", double(made) * 1e9 / double(took),
           double(cpu) / double(made));
}

// ---- idle ----

static long status_number(const char *key) {
    std::ifstream in("/proc/self/status");
    for (std::string line; std::getline(in, line);)
        if (line.compare(0, strlen(key), key) == 0) return atol(line.c_str() + strlen(key));
    return -1;
}

static void measure_idle(unsigned seconds) {
    peer_open("/dev/null");
    peer_numbers(1, 2, 0.5);
    sleep(1); // what starting costs is not idling
    uint64_t cpu = now_ns(CLOCK_PROCESS_CPUTIME_ID), begin = now_ns();
    sleep(seconds);
    uint64_t took = now_ns() - begin;
    cpu = now_ns(CLOCK_PROCESS_CPUTIME_ID) - cpu;
    printf("{\"idle_percent\":%.3f,\"threads\":%ld,\"rss_kib\":%ld}\n", 100.0 * double(cpu) / double(took),
           status_number("Threads:"), status_number("VmRSS:"));
    peer_close();
}

int main(int argc, char **argv) {
    std::string what = argc > 1 ? argv[1] : "";
    if (what == "disabled" && argc == 3)
        measure_disabled(strtoull(argv[2], nullptr, 10));
    else if (what == "latency" && argc == 6)
        measure_latency(!strcmp(argv[2], "numbers"), atoi(argv[3]), atoi(argv[4]), argv[5]);
    else if (what == "rate" && argc == 5)
        measure_rate(atoi(argv[2]), strtoull(argv[3], nullptr, 10), argv[4]);
    else if (what == "idle" && argc == 3)
        measure_idle(unsigned(atoi(argv[2])));
    else
        return fprintf(stderr, "usage: %s disabled N | latency SHAPE P N FILE | rate P N FILE | idle S\n",
                       argv[0]),
               2;
    return 0;
}

#endif
