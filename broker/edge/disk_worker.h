// One thread that reads and writes body files, so that the loop never waits for a disk.
//
// Owns: the thread and the order: jobs run one after the other as they were given, and what each
// returns is posted in that order, so answers to one session keep theirs. Does not know what jobs
// do. Its callers bound how many there are (Transfers).
//
// The destructor finishes the job in hand and drops the rest: what was not answered is asked again.
// Resource type; submit() from one thread.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>

#include "schemas/base/result.h"

namespace chapar::broker {

class DiskWorker {
  public:
    // For the loop, after the job.
    using Action = std::function<Status()>;
    using Job = std::function<Action()>;
    using Post = std::function<void(Action)>;

    // `post` is called on the worker's thread.
    explicit DiskWorker(Post post);
    ~DiskWorker();
    DiskWorker(const DiskWorker&) = delete;
    DiskWorker& operator=(const DiskWorker&) = delete;

    void submit(Job job);

  private:
    void work();

    Post post_;
    std::mutex mutex_;
    std::condition_variable wake_;
    std::deque<Job> queue_;
    bool stopping_ = false;
    std::thread thread_;
};

}  // namespace chapar::broker
