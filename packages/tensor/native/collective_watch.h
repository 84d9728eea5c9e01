// Notices when an operation between processes waits for too long. TensorFlow's own timeout of these operations takes two
// sleeping threads for each operation and holds them until it has passed, however soon the operation is done: thousands
// of threads in a training. Here one thread looks after all of them.
#pragma once

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <functional>
#include <map>
#include <mutex>
#include <thread>
#include <utility>

namespace borealis {

class CollectiveWatch {
 public:
  // `late` is called, in another thread, when the operations have waited for `limit`.
  CollectiveWatch(std::chrono::milliseconds limit, std::function<void()> late)
      : limit_(limit), late_(std::move(late)), thread_([this] { Run(); }) {}

  ~CollectiveWatch() {
    {
      const std::lock_guard<std::mutex> lock(mutex_);
      stopped_ = true;
    }
    stop_.notify_all();
    thread_.join();
  }

  void Enter() {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (waiting_++ == 0) since_ = Clock::now();
  }

  void Leave() {
    const std::lock_guard<std::mutex> lock(mutex_);
    waiting_ = std::max(waiting_ - 1, 0);
    since_ = Clock::now();
  }

 private:
  using Clock = std::chrono::steady_clock;

  void Run() {
    const auto pause = std::min<std::chrono::milliseconds>(limit_ / 10 + std::chrono::milliseconds(1),
                                                           std::chrono::milliseconds(500));
    std::unique_lock<std::mutex> lock(mutex_);
    while (!stop_.wait_for(lock, pause, [this] { return stopped_; })) {
      if (waiting_ == 0 || Clock::now() < since_ + limit_) continue;
      waiting_ = 0;
      lock.unlock();
      late_();
      lock.lock();
    }
  }

  const std::chrono::milliseconds limit_;
  const std::function<void()> late_;
  std::mutex mutex_;
  std::condition_variable stop_;
  int waiting_ = 0;
  Clock::time_point since_;
  bool stopped_ = false;
  std::thread thread_;  // last: it uses all of the above
};

// The watches of all threads of the process, by number: operations know theirs by it.
class CollectiveWatches {
 public:
  static CollectiveWatches& All() {
    static CollectiveWatches* all = new CollectiveWatches;  // never destroyed: an operation may outlive main
    return *all;
  }

  int64_t Add(std::unique_ptr<CollectiveWatch> watch) {
    const std::lock_guard<std::mutex> lock(mutex_);
    watches_[next_] = std::move(watch);
    return next_++;
  }

  void Remove(int64_t number) {
    std::unique_ptr<CollectiveWatch> watch;
    {
      const std::lock_guard<std::mutex> lock(mutex_);
      watch = std::move(watches_[number]);
      watches_.erase(number);
    }
  }

  template <typename Work>
  void With(int64_t number, Work work) {
    const std::lock_guard<std::mutex> lock(mutex_);
    const auto found = watches_.find(number);
    if (found != watches_.end()) work(*found->second);
  }

 private:
  std::mutex mutex_;
  std::map<int64_t, std::unique_ptr<CollectiveWatch>> watches_;
  int64_t next_ = 0;
};

}  // namespace borealis
