// B1 in C++ as one would write it at first: the standard library's queue, generator and distributions, no tuning.
//
// M/M/500+M as in b1.cpp, the tuned limit: the same model, arguments and output; only this file shows what plain C++ costs.

#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <deque>
#include <limits>
#include <queue>
#include <random>
#include <string_view>
#include <vector>

constexpr double kArrivalsPerMinute = 100.0;
constexpr double kMeanHandle = 5.0;    // minutes
constexpr double kMeanPatience = 2.0;  // minutes
constexpr int kAgents = 500;
constexpr int kNobody = -1;

enum class Kind { kArrival, kCallEnds, kPatienceEnds };

struct Event {
  double at;
  Kind kind;
  std::size_t call;
  int agent;

  bool operator>(const Event& other) const { return at > other.at; }
};

struct Call {
  double arrived_at;
  double wait = 0.0;
  bool waiting = false;
  bool abandoned = false;
  int agent = kNobody;
};

class Centre {
 public:
  explicit Centre(std::uint64_t seed) : random_(seed) {
    for (int agent = 0; agent < kAgents; ++agent) idle_.push_back(agent);
  }

  std::vector<Call> run(double horizon) {
    arrive_after(0.0, horizon);
    while (!events_.empty()) {
      const Event event = events_.top();
      events_.pop();
      switch (event.kind) {
        case Kind::kArrival:
          offer(event.at);
          arrive_after(event.at, horizon);
          break;
        case Kind::kCallEnds:
          free(event.at, event.agent);
          break;
        case Kind::kPatienceEnds:
          hang_up(event.at, event.call);
          break;
      }
    }
    return std::move(calls_);
  }

 private:
  void arrive_after(double now, double horizon) {
    const double at = now + gap_(random_);
    if (at < horizon) events_.push({at, Kind::kArrival, 0, kNobody});
  }

  void offer(double now) {
    const std::size_t id = calls_.size();
    calls_.push_back(Call{now});
    if (!idle_.empty()) {
      const int agent = idle_.front();
      idle_.pop_front();
      answer(now, id, agent);
      return;
    }
    calls_[id].waiting = true;
    queue_.push_back(id);
    events_.push({now + patience_(random_), Kind::kPatienceEnds, id, kNobody});
  }

  void answer(double now, std::size_t id, int agent) {
    Call& call = calls_[id];
    call.wait = now - call.arrived_at;
    call.waiting = false;
    call.agent = agent;
    events_.push({now + handle_(random_), Kind::kCallEnds, id, agent});
  }

  void free(double now, int agent) {
    while (!queue_.empty()) {
      const std::size_t id = queue_.front();
      queue_.pop_front();
      if (calls_[id].waiting) {
        answer(now, id, agent);
        return;
      }
    }
    idle_.push_back(agent);
  }

  void hang_up(double now, std::size_t id) {
    Call& call = calls_[id];
    if (!call.waiting) return;
    call.wait = now - call.arrived_at;
    call.waiting = false;
    call.abandoned = true;
  }

  std::mt19937_64 random_;
  std::exponential_distribution<double> gap_{kArrivalsPerMinute}, handle_{1 / kMeanHandle}, patience_{1 / kMeanPatience};
  std::priority_queue<Event, std::vector<Event>, std::greater<Event>> events_;
  std::deque<std::size_t> queue_;
  std::deque<int> idle_;
  std::vector<Call> calls_;
};

void print_rows(const std::vector<Call>& calls) {
  for (const Call& call : calls) std::printf("%.17g %.17g %d %d\n", call.arrived_at, call.wait, call.abandoned, call.agent);
}

void print_summary(const std::vector<Call>& calls, double warm_up, double seconds) {
  std::size_t n_counted = 0, n_abandoned = 0;
  double first_wait_at = std::numeric_limits<double>::infinity();
  for (const Call& call : calls) {
    if (call.wait > 0 && call.arrived_at < first_wait_at) first_wait_at = call.arrived_at;
    if (call.arrived_at < warm_up) continue;
    ++n_counted;
    n_abandoned += call.abandoned;
  }
  std::printf("%zu %zu %zu %.9f %.6f\n", calls.size(), n_counted, n_abandoned, seconds, first_wait_at);
}

int main(int n_arguments, char** arguments) {
  if (n_arguments < 5) {
    std::fprintf(stderr, "usage: b1_plain FIRST_SEED N_SEEDS HORIZON WARM_UP [rows]\n");
    return 2;
  }
  const std::uint64_t first_seed = std::strtoull(arguments[1], nullptr, 10);
  const std::uint64_t n_seeds = std::strtoull(arguments[2], nullptr, 10);
  const double horizon = std::strtod(arguments[3], nullptr), warm_up = std::strtod(arguments[4], nullptr);
  const bool rows = n_arguments > 5 && std::string_view(arguments[5]) == "rows";

  std::vector<Call> calls = Centre(first_seed).run(horizon);  // warm-up, off the clock
  double all_seconds = 0;
  std::size_t all_calls = 0;
  for (std::uint64_t seed = first_seed; seed < first_seed + n_seeds; ++seed) {
    const auto started = std::chrono::steady_clock::now();
    calls = Centre(seed).run(horizon);
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
