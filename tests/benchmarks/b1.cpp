// B1 in C++: the limit the other implementations are measured against.
//
// M/M/500+M, one queue, longest-waiting call to longest-idle agent, as an event loop that keeps one row per call
// (arrival, wait, outcome, agent). What makes it fast, all of it usual practice:
//   - xoshiro256++ 1.0 (Blackman, Vigna 2018), seeded by splitmix64; exponentials by the ziggurat with 256 layers
//     (Marsaglia, Tsang 2000);
//   - the calendar is a 4-ary heap of 16-byte events, the four children of a node in one cache line;
//   - the next arrival is a variable, not an event in the heap; an agent who goes from call to call replaces the top;
//   - queue and idle agents are ring buffers; a patience timer of an answered call is dropped when it comes up.
// What it does not do: use what is true of this model only. Patience, for one, is an event at its own instant, so the
// queue is right at every moment, although here nobody looks at it until an agent frees.
//
// Usage: b1 FIRST_SEED N_SEEDS HORIZON WARM_UP [rows]     (minutes)
// Prints per seed: calls, calls counted, abandoned among them, seconds, minute of the first wait; then us per call.
// With `rows`: one line per call of the last seed in place of that.

#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string_view>
#include <vector>

#include "limit.hpp"

constexpr double kArrivalsPerMinute = 100.0;
constexpr double kMeanHandle = 5.0;    // minutes
constexpr double kMeanPatience = 2.0;  // minutes
constexpr std::uint32_t kAgents = 500;
// Whom an event is about. Below kAgents: that agent ends his call. From kAgents on: patience of call `who - kAgents`
// runs out.

using Numbers = Ring<std::uint32_t, 1 << 13>;

enum class Outcome : std::uint32_t { kWaiting, kAnswered, kAbandoned };

struct Call {
  double arrived_at;
  double wait;
  Outcome outcome;
  std::int32_t agent;  // -1: none
};

// One replication. Writes `calls`; it is the caller's so that its memory is reused.
void simulate(std::uint64_t seed, double horizon, std::vector<Call>& calls) {
  Random random(seed);
  Calendar calendar;
  Numbers idle, queue;
  for (std::uint32_t agent = 0; agent < kAgents; ++agent) idle.push(agent);
  calls.clear();

  const auto answer = [&](Call& call, std::uint32_t agent, double now) {
    call.wait = now - call.arrived_at;
    call.outcome = Outcome::kAnswered;
    call.agent = static_cast<std::int32_t>(agent);
    return Event{now + random.exponential() * kMeanHandle, agent};
  };

  double arrival_at = random.exponential() / kArrivalsPerMinute;
  if (arrival_at >= horizon) return;
  while (arrival_at < kNever || !calendar.empty()) {
    if (arrival_at < calendar.top().at) {
      const auto id = static_cast<std::uint32_t>(calls.size());
      calls.push_back({arrival_at, 0.0, Outcome::kWaiting, -1});
      if (!idle.empty()) {
        calendar.push(answer(calls.back(), idle.front(), arrival_at));
        idle.drop_front();
      } else {
        queue.push(id);
        calendar.push({arrival_at + random.exponential() * kMeanPatience, kAgents + std::uint64_t{id}});
      }
      arrival_at += random.exponential() / kArrivalsPerMinute;
      if (arrival_at >= horizon) arrival_at = kNever;
      continue;
    }

    const Event event = calendar.top();
    if (event.who >= kAgents) {
      Call& call = calls[event.who - kAgents];
      calendar.pop();
      if (call.outcome == Outcome::kWaiting) {
        call.wait = event.at - call.arrived_at;
        call.outcome = Outcome::kAbandoned;
      }
      continue;
    }

    const auto agent = static_cast<std::uint32_t>(event.who);
    while (!queue.empty() && calls[queue.front()].outcome != Outcome::kWaiting) queue.drop_front();
    if (queue.empty()) {
      idle.push(agent);
      calendar.pop();
    } else {
      Call& call = calls[queue.front()];
      queue.drop_front();
      calendar.replace_top(answer(call, agent, event.at));
    }
  }
}

void print_rows(const std::vector<Call>& calls) {
  for (const Call& call : calls)
    std::printf("%.17g %.17g %u %d\n", call.arrived_at, call.wait, call.outcome == Outcome::kAbandoned, call.agent);
}

void print_summary(const std::vector<Call>& calls, double warm_up, double seconds) {
  std::size_t n_counted = 0, n_abandoned = 0;
  double first_wait_at = kNever;
  for (const Call& call : calls) {
    if (call.wait > 0 && first_wait_at == kNever) first_wait_at = call.arrived_at;
    if (call.arrived_at < warm_up) continue;
    ++n_counted;
    n_abandoned += call.outcome == Outcome::kAbandoned;
  }
  std::printf("%zu %zu %zu %.9f %.6f\n", calls.size(), n_counted, n_abandoned, seconds, first_wait_at);
}

int main(int n_arguments, char** arguments) {
  if (n_arguments < 5) {
    std::fprintf(stderr, "usage: b1 FIRST_SEED N_SEEDS HORIZON WARM_UP [rows]\n");
    return 2;
  }
  const std::uint64_t first_seed = std::strtoull(arguments[1], nullptr, 10);
  const std::uint64_t n_seeds = std::strtoull(arguments[2], nullptr, 10);
  const double horizon = std::strtod(arguments[3], nullptr), warm_up = std::strtod(arguments[4], nullptr);
  const bool rows = n_arguments > 5 && std::string_view(arguments[5]) == "rows";

  std::vector<Call> calls;
  calls.reserve(static_cast<std::size_t>(1.2 * horizon * kArrivalsPerMinute) + 1000);
  simulate(first_seed, horizon, calls);  // warm-up: touches the memory, off the clock

  double all_seconds = 0;
  std::size_t all_calls = 0;
  for (std::uint64_t seed = first_seed; seed < first_seed + n_seeds; ++seed) {
    const auto started = std::chrono::steady_clock::now();
    simulate(seed, horizon, calls);
    const std::chrono::duration<double> elapsed = std::chrono::steady_clock::now() - started;
    all_seconds += elapsed.count();
    all_calls += calls.size();
    if (!rows) print_summary(calls, warm_up, elapsed.count());
  }
  if (rows)
    print_rows(calls);
  else
    std::printf("us_per_call %.6f\n", 1e6 * all_seconds / static_cast<double>(all_calls));
}
