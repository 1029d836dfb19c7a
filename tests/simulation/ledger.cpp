#include "tests/simulation/ledger.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "tests/simulation/figures.hpp"
#include "tests/support/builders.hpp"

namespace genisys::simulation {

std::string to_string(const Wish& wish) {
  std::string text = wish.service;
  if (wish.image) text += " image " + *wish.image;
  if (wish.target) text += fmt::format(" target {}", *wish.target);
  if (wish.paused) text += *wish.paused ? " paused" : " resumed";
  return text;
}

Ledger::Ticket Ledger::submit(Wish wish) {
  ++version_;
  return pending_.insert(pending_.end(), std::move(wish));
}

void Ledger::acknowledge(Ticket ticket) {
  Standing& standing = acknowledged_[ticket->service];
  if (ticket->image) standing.image = *ticket->image;
  if (ticket->target) standing.target = *ticket->target;
  if (ticket->paused) standing.paused = *ticket->paused;
  pending_.erase(ticket);
  ++version_;
  Figures::all().count("writes acknowledged");
}

void Ledger::refuse(Ticket ticket) {
  pending_.erase(ticket);
  ++version_;
  Figures::all().count("writes refused");
}

void Ledger::cut_off(const state::Snapshot& found) {
  Figures::all().count("writes cut off by a kill", pending_.size());
  for (auto& [name, standing] : acknowledged_) {
    const state::Service* service = found.find(test::name(name));
    if (service == nullptr) continue;  // missing_in() says so
    const std::string image = service->definition.image.str();
    if (is_possible(name, image, standing.image, &Wish::image)) standing.image = image;
    if (may_be_target(name, service->desired)) standing.target = service->desired;
    if (is_possible(name, service->paused, standing.paused, &Wish::paused))
      standing.paused = service->paused;
  }
  pending_.clear();
  ++version_;
}

template <class T>
bool Ledger::is_possible(const std::string& service, const T& value, const T& standing,
                         std::optional<T> Wish::*wished) const {
  return value == standing || std::any_of(pending_.begin(), pending_.end(), [&](const Wish& wish) {
           return wish.service == service && wish.*wished == value;
         });
}

bool Ledger::may_be_target(const std::string& service, std::optional<std::uint32_t> target) const {
  if (target == this->target(service)) return true;
  return std::any_of(pending_.begin(), pending_.end(), [&](const Wish& wish) {
    return wish.service == service && wish.target && wish.target == target;
  });
}

std::optional<std::uint32_t> Ledger::target(const std::string& service) const {
  const auto found = acknowledged_.find(service);
  return found == acknowledged_.end() ? std::nullopt : found->second.target;
}

std::vector<std::string> Ledger::missing_in(const state::Snapshot& recorded) const {
  std::vector<std::string> missing;
  for (const auto& [name, standing] : acknowledged_) {
    Figures::all().count("checked: acknowledged writes are there");
    const state::Service* service = recorded.find(test::name(name));
    if (service == nullptr) {
      missing.push_back(name + ": the acknowledged definition is lost");
      continue;
    }
    if (!is_possible(name, service->definition.image.str(), standing.image, &Wish::image))
      missing.push_back(fmt::format("{}: image {} was acknowledged, {} is recorded", name,
                                    standing.image, service->definition.image.str()));
    if (!may_be_target(name, service->desired))
      missing.push_back(fmt::format("{}: target {} was acknowledged, {} is recorded", name,
                                    standing.target ? static_cast<int>(*standing.target) : -1,
                                    service->desired ? static_cast<int>(*service->desired) : -1));
    if (!is_possible(name, service->paused, standing.paused, &Wish::paused))
      missing.push_back(name + ": a pause or a resume that was acknowledged is lost");
  }
  return missing;
}

}  // namespace genisys::simulation
