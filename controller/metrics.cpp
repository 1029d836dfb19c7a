#include "controller/metrics.hpp"

#include <dirent.h>
#include <prometheus/histogram.h>
#include <prometheus/metric_family.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>
#include <unistd.h>

#include <cstdint>
#include <fstream>
#include <utility>
#include <vector>

namespace genisys::controller {
namespace {

using prometheus::ClientMetric;
using prometheus::MetricFamily;
using prometheus::MetricType;

using Labels = std::vector<ClientMetric::Label>;

// One family under construction.
class Family {
 public:
  Family(std::string name, std::string help, MetricType type) {
    family_.name = std::move(name);
    family_.help = std::move(help);
    family_.type = type;
  }

  Family& add(double value, Labels labels = {}) {
    ClientMetric metric;
    metric.label = std::move(labels);
    if (family_.type == MetricType::Counter) {
      metric.counter.value = value;
    } else {
      metric.gauge.value = value;
    }
    family_.metric.push_back(std::move(metric));
    return *this;
  }

  MetricFamily take() { return std::move(family_); }

 private:
  MetricFamily family_;
};

Family gauge(std::string name, std::string help) {
  return Family(std::move(name), std::move(help), MetricType::Gauge);
}

Family counter(std::string name, std::string help) {
  return Family(std::move(name), std::move(help), MetricType::Counter);
}

double resident_bytes() {
  std::ifstream statm("/proc/self/statm");
  std::uint64_t total = 0;
  std::uint64_t resident = 0;
  statm >> total >> resident;
  return static_cast<double>(resident) * static_cast<double>(::sysconf(_SC_PAGESIZE));
}

double open_descriptors() {
  DIR* folder = ::opendir("/proc/self/fd");
  if (folder == nullptr) return 0;
  double count = 0;
  while (const dirent* entry = ::readdir(folder)) {
    if (entry->d_name[0] != '.') ++count;
  }
  ::closedir(folder);
  return count - 1;  // the folder itself was open
}

void add_services(std::vector<MetricFamily>& families, const state::Snapshot& snapshot,
                  const state::StatusBoard& board) {
  Family desired = gauge("genisys_service_desired", "Recorded target of a service.");
  Family running = gauge("genisys_service_running", "Containers of a service that run.");
  Family ready = gauge("genisys_service_ready", "Replicas of a service that are ready.");
  Family converged = gauge("genisys_service_converged", "1 when a service is as desired.");
  for (const auto& [name, service] : snapshot.services) {
    const Labels labels = {{"service", name.str()}};
    const state::ServiceStatus status = state::current_status(*service, board.find(name));
    if (service->desired) desired.add(*service->desired, labels);
    running.add(status.running, labels);
    ready.add(status.ready, labels);
    converged.add(status.converged ? 1 : 0, labels);
  }
  families.push_back(desired.take());
  families.push_back(running.take());
  families.push_back(ready.take());
  families.push_back(converged.take());
}

}  // namespace

struct Metrics::Passes {
  prometheus::Registry registry;
  prometheus::Histogram& duration;
  std::size_t containers = 0;

  Passes()
      : duration(prometheus::BuildHistogram()
                     .Name("genisys_pass_duration_seconds")
                     .Help("How long passes took, engine calls included.")
                     .Register(registry)
                     .Add({}, prometheus::Histogram::BucketBoundaries{0.001, 0.0025, 0.005, 0.01,
                                                                      0.025, 0.05, 0.1, 0.25, 0.5,
                                                                      1, 2.5, 10})) {}
};

Metrics::Metrics(const state::Store& store, const state::StatusBoard& board, Reconciler& reconciler,
                 std::string version, std::function<Vitals()> vitals)
    : store_(store),
      board_(board),
      reconciler_(reconciler),
      version_(std::move(version)),
      vitals_(std::move(vitals)),
      passes_(std::make_unique<Passes>()) {}

Metrics::~Metrics() = default;

void Metrics::note_pass(const PassReport& report) {
  passes_->duration.Observe(std::chrono::duration<double>(report.took).count());
  passes_->containers = report.containers;
}

std::string Metrics::text() const {
  std::vector<MetricFamily> families = passes_->registry.Collect();
  families.push_back(gauge("genisys_build_info", "Version of the program.")
                         .add(1, {{"version", version_}})
                         .take());
  families.push_back(gauge("genisys_engine_reachable", "1 while the engine answers.")
                         .add(board_.engine_reached() ? 1 : 0)
                         .take());
  families.push_back(
      gauge("genisys_containers_observed", "Containers of anybody that the last pass saw.")
          .add(static_cast<double>(passes_->containers))
          .take());
  add_services(families, *store_.snapshot(), board_);

  const auto& counters = reconciler_.counters();
  Family acts = counter("genisys_acts_total", "Acts that ended, by kind.");
  Family failures = counter("genisys_act_failures_total", "Acts that failed, by kind.");
  for (const auto& [kind, count] : counters.acts)
    acts.add(static_cast<double>(count), {{"kind", kind}});
  for (const auto& [kind, count] : counters.failures)
    failures.add(static_cast<double>(count), {{"kind", kind}});
  families.push_back(acts.take());
  families.push_back(failures.take());
  const Observer& observer = reconciler_.observer();
  const auto add_counter = [&families](std::string name, std::string help, std::uint64_t value) {
    families.push_back(
        counter(std::move(name), std::move(help)).add(static_cast<double>(value)).take());
  };
  add_counter("genisys_engine_lists_total", "Container lists asked of the engine.",
              observer.lists());
  add_counter("genisys_engine_events_total", "Events heard from the engine.", observer.events());
  add_counter("genisys_engine_subscriptions_total", "Times the events were subscribed to.",
              observer.reconnects());
  const Vitals vitals = vitals_();
  families.push_back(gauge("genisys_pass_age_seconds",
                           "Since the last pass ended, or since the one under way began.")
                         .add(vitals.pass_age.count())
                         .take());
  families.push_back(
      gauge("genisys_stalled", "Passes, acts and writes that take longer than they should.")
          .add(static_cast<double>(vitals.stalled))
          .take());
  families.push_back(
      gauge("genisys_state_refused", "1: the state file takes no write until a restart.")
          .add(vitals.is_state_refused ? 1 : 0)
          .take());
  add_counter("genisys_listener_reopened_total",
              "Times the API's listener was opened anew because nobody got through to it.",
              vitals.listener_reopened);
  families.push_back(
      gauge("process_resident_memory_bytes", "Resident memory.").add(resident_bytes()).take());
  families.push_back(
      gauge("process_open_fds", "Open file descriptors.").add(open_descriptors()).take());
  return prometheus::TextSerializer().Serialize(families);
}

}  // namespace genisys::controller
