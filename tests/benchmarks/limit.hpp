// What the C++ limits of B1 and B2 are made of: random numbers, a calendar, a ring.

#pragma once

#include <array>
#include <bit>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <limits>
#include <vector>

constexpr double kNever = std::numeric_limits<double>::infinity();

class Random {
 public:
  explicit Random(std::uint64_t seed) {
    for (auto& word : state_) {
      seed += 0x9e3779b97f4a7c15;
      std::uint64_t z = seed;
      z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
      z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
      word = z ^ (z >> 31);
    }
  }

  // Exponential with mean 1. The low 8 bits choose the layer, the high 53 the place in it.
  double exponential() {
    for (;;) {
      const std::uint64_t bits = next();
      const unsigned layer = bits & 255;
      const double x = unit(bits) * kDecay.edge[layer];
      if (x < kDecay.edge[layer + 1]) [[likely]] return x;
      if (layer == 0) return kDecay.edge[1] + exponential();  // the tail: memoryless
      const double low = kDecay.density[layer], high = kDecay.density[layer + 1];
      if (low + unit(next()) * (high - low) < std::exp(-x)) return x;
    }
  }

  // Standard normal. As above; bit 8, which the place does not use, is the sign.
  double normal() {
    for (;;) {
      const std::uint64_t bits = next();
      const unsigned layer = bits & 255;
      const double x = unit(bits) * kHalfBell.edge[layer];
      if (x < kHalfBell.edge[layer + 1]) [[likely]] return signed_by(bits, x);
      if (layer == 0) {  // the tail (Marsaglia 1964)
        const double start = kHalfBell.edge[1];
        double beyond;
        do beyond = exponential() / start;
        while (2 * exponential() < beyond * beyond);
        return signed_by(bits, start + beyond);
      }
      const double low = kHalfBell.density[layer], high = kHalfBell.density[layer + 1];
      if (low + unit(next()) * (high - low) < std::exp(-0.5 * x * x)) return signed_by(bits, x);
    }
  }

  // 64 bits, all of them good.
  std::uint64_t next() {
    auto& s = state_;
    const std::uint64_t result = std::rotl(s[0] + s[3], 23) + s[0], t = s[1] << 17;
    s[2] ^= s[0];
    s[3] ^= s[1];
    s[1] ^= s[2];
    s[0] ^= s[3];
    s[2] ^= t;
    s[3] = std::rotl(s[3], 45);
    return result;
  }

 private:
  // Edges of 256 layers of equal area under a density that falls from 1 at 0, and the density there. The lowest layer
  // is the rectangle up to `tail_at` and the tail beyond.
  struct Layers {
    std::array<double, 257> edge, density;
    Layers(double area, double tail_at, double (*density_at)(double), double (*place_of)(double)) {
      edge[0] = area / density_at(tail_at);
      edge[1] = tail_at;
      for (int i = 1; i < 255; ++i) edge[i + 1] = place_of(area / edge[i] + density_at(edge[i]));
      edge[256] = 0.0;
      for (int i = 0; i < 257; ++i) density[i] = density_at(edge[i]);
    }
  };
  static const Layers kDecay, kHalfBell;

  static double signed_by(std::uint64_t bits, double x) { return bits & 256 ? -x : x; }
  static double unit(std::uint64_t bits) { return static_cast<double>(bits >> 11) * 0x1.0p-53; }

  std::array<std::uint64_t, 4> state_;
};
// Areas and tails for 256 layers: Marsaglia and Tsang 2000.
inline const Random::Layers Random::kDecay{0.0039496598225815571993, 7.69711747013104972,
                                           [](double x) { return std::exp(-x); },
                                           [](double y) { return -std::log(y); }};
inline const Random::Layers Random::kHalfBell{0.00492867323399, 3.6541528853610088,
                                              [](double x) { return std::exp(-0.5 * x * x); },
                                              [](double y) { return std::sqrt(-2 * std::log(y)); }};

// At `at`, something happens to `who`: what, the model knows.
struct Event {
  double at;
  std::uint64_t who;

  // Times are not negative, so their bits order as they do; comparing integers spares a fifth of the run time, because
  // the compiler then selects the least child without a branch. (Packing `who` into the low bits of the time, 8 bytes
  // an event, would spare another tenth, at the price of times rounded to a microsecond: not done.)
  std::uint64_t bits() const { return std::bit_cast<std::uint64_t>(at); }
};

// 4-ary min-heap. Unused slots hold kNever, so that a node always has four children to compare.
class Calendar {
 public:
  Calendar() : slots_(kCapacity + 8, Event{kNever, 0}) {
    const auto address = reinterpret_cast<std::uintptr_t>(slots_.data());
    heap_ = slots_.data() + (64 - address % 64) % 64 / sizeof(Event);  // children 4k..4k+3 share a cache line
  }

  bool empty() const { return end_ == kRoot; }
  const Event& top() const { return heap_[kRoot]; }

  void replace_top(Event event) {
    std::size_t hole = kRoot;
    for (;;) {
      const std::size_t child = 4 * (hole - 2);
      if (child >= end_) break;
      const std::size_t left = child + (heap_[child + 1].bits() < heap_[child].bits());
      const std::size_t right = child + 2 + (heap_[child + 3].bits() < heap_[child + 2].bits());
      const std::size_t least = heap_[right].bits() < heap_[left].bits() ? right : left;
      if (heap_[least].bits() >= event.bits()) break;
      heap_[hole] = heap_[least];
      hole = least;
    }
    heap_[hole] = event;
  }

  void push(Event event) {
    if (end_ == kCapacity / 4) std::abort();  // many times what these models get to; children must stay inside
    std::size_t hole = end_++;
    while (hole > kRoot) {
      const std::size_t parent = hole / 4 + 2;
      if (heap_[parent].bits() <= event.bits()) break;
      heap_[hole] = heap_[parent];
      hole = parent;
    }
    heap_[hole] = event;
  }

  void pop() {
    const Event last = heap_[--end_];
    heap_[end_].at = kNever;
    if (!empty()) replace_top(last);
  }

 private:
  static constexpr std::size_t kRoot = 3, kCapacity = 1 << 14;
  std::vector<Event> slots_;
  Event* heap_;
  std::size_t end_ = kRoot;
};

// First in, first out, of at most kCapacity (a power of two); aborts when that is too few.
template <typename Item, std::uint64_t kCapacity>
class Ring {
 public:
  bool empty() const { return first_ == end_; }
  Item front() const { return items_[first_ % kCapacity]; }
  void drop_front() { ++first_; }
  void clear() { first_ = end_; }
  void push(Item item) {
    if (end_ - first_ == kCapacity) std::abort();
    items_[end_++ % kCapacity] = item;
  }

 private:
  std::array<Item, kCapacity> items_;
  std::uint64_t first_ = 0, end_ = 0;
};
