// The listening socket: TCP, or a unix socket with its file. RESTinio knows only TCP acceptors; one
// that was given a listening unix socket serves it as well, since nothing above accept() asks for
// addresses.
//
// Logic thread. remove_file() after the acceptor is closed; the destructor does it too.
#pragma once

#include <sys/types.h>

#include <boost/asio/ip/tcp.hpp>
#include <cstdint>
#include <string>

namespace genisys::api {

class Listener {
 public:
  // `bind` as ServerOptions::bind.
  Listener(std::string bind, std::uint16_t port);
  ~Listener();
  Listener(const Listener&) = delete;
  Listener& operator=(const Listener&) = delete;

  bool is_unix() const { return !path_.empty(); }
  // In use, after open(); 0 on a unix socket.
  std::uint16_t port() const { return port_; }

  // Leaves `acceptor` listening. A unix socket's file is made with mode 0660; one that is there
  // already is replaced when nobody answers on it. Throws std::runtime_error ("cannot listen on …:
  // …").
  void open(boost::asio::ip::tcp::acceptor& acceptor);

  // Removes the socket file, unless another program has put its own in its place. Idempotent.
  void remove_file();

 private:
  void open_tcp(boost::asio::ip::tcp::acceptor& acceptor);
  void open_unix(boost::asio::ip::tcp::acceptor& acceptor);
  void remove_stale_file() const;
  [[noreturn]] void fail(const std::string& cause) const;

  std::string bind_;
  std::string path_;  // of the unix socket
  std::uint16_t port_;
  bool file_is_ours_ = false;
  dev_t file_device_ = 0;
  ino_t file_inode_ = 0;
};

}  // namespace genisys::api
