// B2 in C++ as one would write it at first: the standard library's queue, generator and distributions, no tuning.
//
// The day of b2.cpp, the tuned limit: the same model, arguments and output; only this file shows what plain C++ costs. It does
// what the plain event loop in Python (peer_heapq_b2.py) does.

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <deque>
#include <optional>
#include <queue>
#include <random>
#include <string_view>
#include <vector>

#include "b2_day.hpp"  // written from b2.json before compiling: the constants in `day::`

constexpr int kNobody = -1;

enum class Kind { kArrival, kCallEnds, kPatienceEnds };

struct Event {
  double at;
  Kind kind;
  std::size_t who;  // type of an arrival, else leg
  int agent;

  bool operator>(const Event& other) const { return at > other.at; }
};

struct Leg {
  std::size_t call;
  std::size_t type;
  double arrived_at;
  bool transferred;  // here, so not again
  double wait = 0.0;
  bool waiting = false;
  bool abandoned = false;
  int agent = kNobody;
};

struct Day {
  std::size_t n_calls = 0;
  std::vector<Leg> legs;
};

class Centre {
 public:
  explicit Centre(std::uint64_t seed) : random_(seed), idle_(day::kGroups), queues_(day::kTypes) {
    for (std::size_t group = 0; group < day::kGroups; ++group)
      for (std::uint32_t seat = 0; seat < day::kAgents[group]; ++seat) {
        idle_[group].push_back(static_cast<int>(group_of_.size()));
        group_of_.push_back(group);
      }
    for (std::size_t type = 0; type < day::kTypes; ++type) {
      const double variance = std::log1p(day::kCvHandle[type] * day::kCvHandle[type]);
      handle_.emplace_back(std::log(day::kMeanHandle[type]) - variance / 2, std::sqrt(variance));
      patience_.emplace_back(1 / day::kMeanPatience[type]);
    }
  }

  Day run(double horizon) {
    for (std::size_t type = 0; type < day::kTypes; ++type) arrive_after(0.0, type, horizon);
    while (!events_.empty()) {
      const Event event = events_.top();
      events_.pop();
      switch (event.kind) {
        case Kind::kArrival:
          offer(event.at, day_.n_calls++, event.who, false);
          arrive_after(event.at, event.who, horizon);
          break;
        case Kind::kCallEnds:
          end_call(event.at, event.who, event.agent);
          break;
        case Kind::kPatienceEnds:
          hang_up(event.at, event.who);
          break;
      }
    }
    return std::move(day_);
  }

 private:
  // The next call of a type; begins anew at the edge of an interval, where the rate changes.
  void arrive_after(double now, std::size_t type, double horizon) {
    while (now < horizon) {
      const double number = std::floor(now / day::kInterval);
      const double until = std::min(horizon, day::kInterval * (number + 1));
      const double rate = day::kRates[type][static_cast<std::size_t>(number) % day::kIntervals];
      const double at = now + std::exponential_distribution<double>(rate)(random_);
      if (at < until) {
        events_.push({at, Kind::kArrival, type, kNobody});
        return;
      }
      now = until;
    }
  }

  void offer(double now, std::size_t call, std::size_t type, bool transferred) {
    const std::size_t id = day_.legs.size();
    day_.legs.push_back(Leg{call, type, now, transferred});
    for (const std::size_t group : day::kPreference[type]) {
      if (group == day::kNoGroup) break;
      if (!idle_[group].empty()) {
        const int agent = idle_[group].front();
        idle_[group].pop_front();
        answer(now, id, agent);
        return;
      }
    }
    day_.legs[id].waiting = true;
    queues_[type].push_back(id);
    events_.push({now + patience_[type](random_), Kind::kPatienceEnds, id, kNobody});
  }

  void answer(double now, std::size_t id, int agent) {
    Leg& leg = day_.legs[id];
    leg.wait = now - leg.arrived_at;
    leg.waiting = false;
    leg.agent = agent;
    events_.push({now + handle_[leg.type](random_), Kind::kCallEnds, id, agent});
  }

  void end_call(double now, std::size_t id, int agent) {
    const Leg leg = day_.legs[id];
    if (!leg.transferred && transfer_(random_)) offer(now, leg.call, day::kTransferTo[leg.type], true);
    free(now, agent);
  }

  void free(double now, int agent) {
    const std::size_t group = group_of_[agent];
    for (const std::uint32_t types : day::kTypesByPriority[group]) {
      std::optional<std::size_t> first;  // legs are numbered in order of arrival
      for (std::size_t type = 0; type < day::kTypes; ++type)
        if (types >> type & 1)
          if (const auto front = front_of(type); front && (!first || *front < *first)) first = front;
      if (first) {
        queues_[day_.legs[*first].type].pop_front();
        answer(now, *first, agent);
        return;
      }
    }
    idle_[group].push_back(agent);
  }

  // Who has waited longest in a queue; forgets those who hung up.
  std::optional<std::size_t> front_of(std::size_t type) {
    auto& queue = queues_[type];
    while (!queue.empty() && !day_.legs[queue.front()].waiting) queue.pop_front();
    return queue.empty() ? std::nullopt : std::optional(queue.front());
  }

  void hang_up(double now, std::size_t id) {
    Leg& leg = day_.legs[id];
    if (!leg.waiting) return;
    leg.wait = now - leg.arrived_at;
    leg.waiting = false;
    leg.abandoned = true;
  }

  std::mt19937_64 random_;
  std::vector<std::lognormal_distribution<double>> handle_;
  std::vector<std::exponential_distribution<double>> patience_;
  std::bernoulli_distribution transfer_{day::kTransferShare};
  std::priority_queue<Event, std::vector<Event>, std::greater<Event>> events_;
  std::vector<std::deque<int>> idle_;
  std::vector<std::deque<std::size_t>> queues_;
  std::vector<std::size_t> group_of_;
  Day day_;
};

void print_rows(const std::vector<Leg>& legs) {
  for (const Leg& leg : legs)
    std::printf("%zu %zu %.17g %.17g %d %d\n", leg.call, leg.type, leg.arrived_at, leg.wait, leg.abandoned, leg.agent);
}

void print_summary(const Day& done, double seconds) {
  std::size_t n_abandoned = 0;
  double waited = 0;
  for (const Leg& leg : done.legs) {
    n_abandoned += leg.abandoned;
    waited += leg.wait;
  }
  std::printf("%zu %zu %zu %.9g %.9f\n", done.n_calls, done.legs.size(), n_abandoned, waited, seconds);
}

int main(int n_arguments, char** arguments) {
  if (n_arguments < 4) {
    std::fprintf(stderr, "usage: b2_plain FIRST_SEED N_SEEDS HORIZON [rows]\n");
    return 2;
  }
  const std::uint64_t first_seed = std::strtoull(arguments[1], nullptr, 10);
  const std::uint64_t n_seeds = std::strtoull(arguments[2], nullptr, 10);
  const double horizon = std::strtod(arguments[3], nullptr);
  const bool rows = n_arguments > 4 && std::string_view(arguments[4]) == "rows";

  Day done = Centre(first_seed).run(horizon);  // warm-up, off the clock
  double all_seconds = 0;
  std::size_t all_calls = 0;
  for (std::uint64_t seed = first_seed; seed < first_seed + n_seeds; ++seed) {
    const auto started = std::chrono::steady_clock::now();
    done = Centre(seed).run(horizon);
    const std::chrono::duration<double> elapsed = std::chrono::steady_clock::now() - started;
    all_seconds += elapsed.count();
    all_calls += done.n_calls;
    if (!rows) print_summary(done, elapsed.count());
  }
  if (rows)
    print_rows(done.legs);
  else
    std::printf("us_per_call %.6f\n", 1e6 * all_seconds / static_cast<double>(all_calls));
}
