// One service and what can happen to it, on a connector that may be killed at any moment: each step
// is repeated until nothing kills the connector while it is done, and after each death what was
// acknowledged must be there.
#pragma once

#include <functional>
#include <set>
#include <string>
#include <vector>

#include "tests/e2e/connector.hpp"

namespace genisys::test {

// The steps throw std::runtime_error for what no death explains. `connector` outlives it.
class Life {
 public:
  // `image`: of a registry where nobody answers, and on the engine all the same: so each new
  // revision is pulled, in vain. The service has two networks of its own.
  Life(Connector& connector, std::string service, std::string image);

  // The connector is to be killed at that point, and it is started again for that; empty: no more.
  void arm(const std::string& order);
  // Waits until the first pass is done.
  void await_ready();

  void define(const std::string& version);
  void scale(std::uint32_t number);
  // Waits until its revision is the one to go back to.
  void await_stable();
  // Kills one of its `number` containers, and waits until that is recorded and another one runs.
  void heal(std::size_t number);
  // Updates to a program that fails, and waits until that is rolled back.
  void update_in_vain();
  void remove();

  int deaths() const { return deaths_; }
  const std::vector<std::string>& networks() const { return networks_; }
  // The first acknowledged write that was not there, empty when there was none.
  const std::string& lost() const { return lost_; }

 private:
  void go_on(const std::function<void()>& act);
  void write(const std::string& outcome, const std::function<void()>& act);
  void await(const std::function<bool()>& holds);
  std::string path(const std::string& of) const { return "/service/" + service_ + of; }
  std::string state(const std::string& version) const { return version + " of " + target_; }
  std::string fields(const std::string& version) const;
  std::string recorded() const;
  void look_for_what_was_acknowledged();

  Connector& connector_;
  const std::string service_;
  const std::string image_;
  const std::vector<std::string> networks_;
  std::string version_ = "none";
  std::string target_ = "none";
  std::set<std::string> possible_ = {"absent"};  // what may be recorded; empty: anything
  std::string lost_;
  int deaths_ = 0;
};

}  // namespace genisys::test
