// B2 in C++: the limit the other implementations are measured against.
//
// A day of 8 call types and 12 groups of agents (b2.json), as an event loop that keeps one row per leg (arrival, wait,
// outcome, agent, type, call). What makes it fast is what does so in B1 (b1.cpp), and:
//   - normals by the ziggurat, as the exponentials; the type of an arrival by an alias table (Walker 1977);
//   - which groups have somebody idle and which types somebody waiting are bits of two words, so that most questions
//     are answered without a look at any queue, and where a call goes is looked up in a table;
//   - an event carries the leg, so that nothing has to be looked up when an agent is done.
// What it does not do: use what is true of this model only. Arrival rates may have any shape by type, a call any list
// of groups, a group any number of priorities.
//
// Usage: b2 FIRST_SEED N_SEEDS HORIZON [rows]     (minutes; the day begins anew every kDay)
// Prints per seed: calls, legs, legs abandoned, minutes waited, seconds; then us per call.
// With `rows`: one line per leg of the last seed in place of that.

#include <algorithm>
#include <array>
#include <bit>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string_view>
#include <vector>

#include "b2_day.hpp"  // written from b2.json before compiling: the constants in `day::`
#include "limit.hpp"

constexpr double kDay = day::kInterval * day::kIntervals;  // minutes
constexpr std::uint32_t kNobody = 0xffff;
constexpr std::uint64_t kFirstLeg = 1 << 16;

enum class Outcome : std::uint8_t { kWaiting, kAnswered, kAbandoned };

struct Leg {
  double arrived_at;
  double wait;
  std::uint32_t call;
  std::int16_t agent;  // -1: none
  Outcome outcome;
  std::uint8_t type;
};

// Whom an event is about: from bit 32 the leg; kFirstLeg if it may be transferred; below, the agent who ends it, or
// kNobody when its patience runs out.
constexpr std::uint64_t about(std::size_t leg, std::uint64_t flag, std::uint32_t agent) {
  return std::uint64_t{leg} << 32 | flag | agent;
}

// Poisson arrivals with rates that are constant within an interval.
class Arrivals {
 public:
  struct Column {
    std::uint64_t threshold;  // of 64 bits: below, the column's own type, else the other
    std::uint8_t own, other;
  };

  explicit Arrivals(double horizon) : horizon_(horizon) {}

  // The next instant, or kNever.
  double next(Random& random) {
    double load = random.exponential();
    for (;;) {
      const double until = std::min(horizon_, day::kInterval * static_cast<double>(interval_ + 1));
      const Table& table = tables()[interval_ % day::kIntervals];
      const double at = now_ + load * table.mean_gap;
      if (at < until) [[likely]] return now_ = at;
      if (until == horizon_) return kNever;
      load -= (until - now_) / table.mean_gap;
      now_ = until;
      ++interval_;
    }
  }

  // The type of the arrival at the instant `next` gave.
  std::uint8_t type(Random& random) const {
    const std::uint64_t bits = random.next();
    const Column& column = tables()[interval_ % day::kIntervals].columns[bits % day::kTypes];
    return (bits | kColumnBits) < column.threshold ? column.own : column.other;
  }

 private:
  static constexpr std::uint64_t kColumnBits = 0xff;  // chose the column; the rest is compared
  struct Table {
    double mean_gap;
    std::array<Column, day::kTypes> columns;
  };
  using Tables = std::array<Table, day::kIntervals>;

  static const Tables& tables() {
    static const Tables made = [] {
      Tables all;
      for (std::size_t interval = 0; interval < day::kIntervals; ++interval) all[interval] = table_of(interval);
      return all;
    }();
    return made;
  }

  static Table table_of(std::size_t interval) {
    std::array<double, day::kTypes> weight;
    double total = 0;
    for (std::size_t type = 0; type < day::kTypes; ++type) total += weight[type] = day::kRates[type][interval];
    for (double& one : weight) one *= day::kTypes / total;

    Table table{1 / total, {}};
    std::vector<std::uint8_t> small, large;
    for (std::size_t type = 0; type < day::kTypes; ++type)
      (weight[type] < 1 ? small : large).push_back(static_cast<std::uint8_t>(type));
    while (!small.empty() && !large.empty()) {
      const std::uint8_t own = small.back(), other = large.back();
      small.pop_back();
      table.columns[own] = {static_cast<std::uint64_t>(std::ldexp(weight[own], 64)), own, other};
      if ((weight[other] -= 1 - weight[own]) < 1) {
        large.pop_back();
        small.push_back(other);
      }
    }
    for (const auto& rest : {small, large})
      for (const std::uint8_t own : rest) table.columns[own] = {~std::uint64_t{0}, own, own};
    return table;
  }

  double horizon_, now_ = 0.0;
  std::size_t interval_ = 0;
};

// Lognormal handle times, by type.
struct Handle {
  std::array<double, day::kTypes> location, scale;

  Handle() {
    for (std::size_t type = 0; type < day::kTypes; ++type) {
      const double variance = std::log1p(day::kCvHandle[type] * day::kCvHandle[type]);
      location[type] = std::log(day::kMeanHandle[type]) - variance / 2;
      scale[type] = std::sqrt(variance);
    }
  }
  double draw(std::uint8_t type, Random& random) const {
    return std::exp(location[type] + scale[type] * random.normal());
  }
};
const Handle kHandle;

// Where a call goes: for each type and each set of groups with somebody idle, the first of these on the type's list.
class FirstIdle {
 public:
  FirstIdle() : groups_(day::kTypes << day::kGroups, day::kNoGroup) {
    for (std::size_t type = 0; type < day::kTypes; ++type)
      for (std::uint32_t idle = 0; idle < 1u << day::kGroups; ++idle)
        for (const std::uint8_t group : day::kPreference[type])
          if (group != day::kNoGroup && idle >> group & 1) {
            groups_[type << day::kGroups | idle] = group;
            break;
          }
  }
  std::uint8_t group(std::uint8_t type, std::uint32_t idle) const {
    return groups_[std::size_t{type} << day::kGroups | idle];
  }

 private:
  std::vector<std::uint8_t> groups_;
};
const FirstIdle kFirstIdle;

// One day under way. Writes `legs`; it is the caller's so that its memory is reused.
class Centre {
 public:
  Centre(std::uint64_t seed, std::vector<Leg>& legs) : random_(seed), legs_(legs) {
    std::uint16_t agent = 0;
    for (std::uint8_t group = 0; group < day::kGroups; ++group)
      for (std::uint32_t seat = 0; seat < day::kAgents[group]; ++seat) {
        group_of_[agent] = group;
        idle_[group].push(agent++);
      }
    somebody_idle_ = (1u << day::kGroups) - 1;
    legs_.clear();
  }

  // Gives back the number of calls.
  std::uint32_t run(double horizon) {
    Arrivals arrivals(horizon);
    std::uint32_t n_calls = 0;
    double arrival_at = arrivals.next(random_);
    while (arrival_at < kNever || !calendar_.empty()) {
      if (!calendar_.empty() && calendar_.top().at <= arrival_at) {
        const Event event = calendar_.top();
        if ((event.who & kNobody) == kNobody)
          patience_ends(event);
        else
          call_ends(event);
      } else {
        offer(n_calls++, arrivals.type(random_), kFirstLeg, arrival_at);
        arrival_at = arrivals.next(random_);
      }
    }
    return n_calls;
  }

 private:
  void offer(std::uint32_t call, std::uint8_t type, std::uint64_t flag, double now) {
    const std::size_t id = legs_.size();
    legs_.push_back({now, 0.0, call, -1, Outcome::kWaiting, type});
    if (const std::uint8_t group = kFirstIdle.group(type, somebody_idle_); group != day::kNoGroup) {
      auto& idle = idle_[group];
      const std::uint16_t agent = idle.front();
      idle.drop_front();
      somebody_idle_ ^= std::uint32_t{idle.empty()} << group;
      calendar_.push(answer(id, flag, agent, now));
      return;
    }
    queues_[type].push(static_cast<std::uint32_t>(id) << 1 | (flag != 0));
    ++n_waiting_[type];
    somebody_waits_ |= 1u << type;
    calendar_.push({now + random_.exponential() * day::kMeanPatience[type], about(id, flag, kNobody)});
  }

  Event answer(std::size_t id, std::uint64_t flag, std::uint32_t agent, double now) {
    Leg& leg = legs_[id];
    leg.wait = now - leg.arrived_at;
    leg.outcome = Outcome::kAnswered;
    leg.agent = static_cast<std::int16_t>(agent);
    return {now + kHandle.draw(leg.type, random_), about(id, flag, agent)};
  }

  void patience_ends(const Event& event) {
    const double now = event.at;
    Leg& leg = legs_[event.who >> 32];
    calendar_.pop();
    if (leg.outcome != Outcome::kWaiting) return;
    leg.wait = now - leg.arrived_at;
    leg.outcome = Outcome::kAbandoned;
    one_less_waits(leg.type);
  }

  // Ids of the gone stay in a queue until they come to its front; an empty one is cleared, because nobody looks there.
  void one_less_waits(std::uint8_t type) {
    if (--n_waiting_[type] > 0) return;
    queues_[type].clear();
    somebody_waits_ &= ~(1u << type);
  }

  void call_ends(const Event event) {
    const double now = event.at;
    const auto agent = static_cast<std::uint16_t>(event.who & 0xffff);
    if (event.who & kFirstLeg && random_.next() < kTransferBelow) {
      const Leg& leg = legs_[event.who >> 32];
      offer(leg.call, day::kTransferTo[leg.type], 0, now);
    }

    const std::uint8_t group = group_of_[agent];
    for (const std::uint32_t types : day::kTypesByPriority[group]) {
      if (std::uint32_t wanted = types & somebody_waits_) {
        const std::uint32_t next = longest_waiting(wanted);
        calendar_.replace_top(answer(next >> 1, next & 1 ? kFirstLeg : 0, agent, now));
        return;
      }
    }
    idle_[group].push(agent);
    somebody_idle_ |= 1u << group;
    calendar_.pop();
  }

  // Takes the call out of its queue. All of `wanted` have somebody waiting.
  std::uint32_t longest_waiting(std::uint32_t wanted) {
    double since = kNever;
    std::uint8_t best = 0;
    for (; wanted; wanted &= wanted - 1) {
      const auto type = static_cast<std::uint8_t>(std::countr_zero(wanted));
      auto& queue = queues_[type];
      while (legs_[queue.front() >> 1].outcome != Outcome::kWaiting) queue.drop_front();
      const double arrived_at = legs_[queue.front() >> 1].arrived_at;
      if (arrived_at < since) {
        since = arrived_at;
        best = type;
      }
    }
    const std::uint32_t next = queues_[best].front();
    queues_[best].drop_front();
    one_less_waits(best);
    return next;
  }

  static constexpr auto kTransferBelow = static_cast<std::uint64_t>(day::kTransferShare * 0x1.0p64);

  Random random_;
  Calendar calendar_;
  std::vector<Leg>& legs_;
  std::array<Ring<std::uint16_t, std::bit_ceil(day::kMostAgents)>, day::kGroups> idle_;
  std::array<Ring<std::uint32_t, 1 << 10>, day::kTypes> queues_;  // leg << 1 | first
  std::array<std::uint32_t, day::kTypes> n_waiting_{};
  std::array<std::uint8_t, day::kAllAgents> group_of_;
  std::uint32_t somebody_idle_ = 0, somebody_waits_ = 0;  // bits by group, by type
};

void print_rows(const std::vector<Leg>& legs) {
  for (const Leg& leg : legs)
    std::printf("%u %u %.17g %.17g %u %d\n", leg.call, leg.type, leg.arrived_at, leg.wait,
                leg.outcome == Outcome::kAbandoned, leg.agent);
}

void print_summary(std::uint32_t n_calls, const std::vector<Leg>& legs, double seconds) {
  std::size_t n_abandoned = 0;
  double waited = 0;
  for (const Leg& leg : legs) {
    n_abandoned += leg.outcome == Outcome::kAbandoned;
    waited += leg.wait;
  }
  std::printf("%u %zu %zu %.9g %.9f\n", n_calls, legs.size(), n_abandoned, waited, seconds);
}

int main(int n_arguments, char** arguments) {
  if (n_arguments < 4) {
    std::fprintf(stderr, "usage: b2 FIRST_SEED N_SEEDS HORIZON [rows]\n");
    return 2;
  }
  const std::uint64_t first_seed = std::strtoull(arguments[1], nullptr, 10);
  const std::uint64_t n_seeds = std::strtoull(arguments[2], nullptr, 10);
  const double horizon = std::strtod(arguments[3], nullptr);
  const bool rows = n_arguments > 4 && std::string_view(arguments[4]) == "rows";

  std::vector<Leg> legs;
  legs.reserve(static_cast<std::size_t>(1.3 * std::max(horizon / kDay, 1.0) * day::kCallsPerDay));
  Centre(first_seed, legs).run(horizon);  // warm-up: touches the memory, off the clock

  double all_seconds = 0;
  std::uint64_t all_calls = 0;
  for (std::uint64_t seed = first_seed; seed < first_seed + n_seeds; ++seed) {
    const auto started = std::chrono::steady_clock::now();
    const std::uint32_t n_calls = Centre(seed, legs).run(horizon);
    const std::chrono::duration<double> elapsed = std::chrono::steady_clock::now() - started;
    all_seconds += elapsed.count();
    all_calls += n_calls;
    if (!rows) print_summary(n_calls, legs, elapsed.count());
  }
  if (rows)
    print_rows(legs);
  else
    std::printf("us_per_call %.6f\n", 1e6 * all_seconds / static_cast<double>(all_calls));
}
