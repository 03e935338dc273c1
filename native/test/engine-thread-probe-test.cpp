// Threads that the system refuses are an error, not the end of the process.
#include "check.h"
#include "error.h"
#include "llama-language-model.h"
#include "thread-probe.h"

#ifdef __GLIBC__
#include <pthread.h>
#endif

namespace foretoken {

TEST("threads that can be started") {
    CHECK(can_start_threads(0));
    CHECK(can_start_threads(4));
    const auto backend = Backend::acquire();
    const ThreadPool pool(4);
}

#ifdef __GLIBC__

// Stacks larger than any address space: every start fails with EAGAIN, as under a limit of processes.
class NoThreads {
public:
    NoThreads() {
        pthread_attr_init(&attributes_);
        pthread_getattr_default_np(&attributes_);
        pthread_attr_getstacksize(&attributes_, &size_);
        pthread_attr_setstacksize(&attributes_, size_t{1} << 48);
        pthread_setattr_default_np(&attributes_);
    }
    ~NoThreads() {
        pthread_attr_setstacksize(&attributes_, size_);
        pthread_setattr_default_np(&attributes_);
        pthread_attr_destroy(&attributes_);
    }
    NoThreads(const NoThreads &) = delete;
    NoThreads & operator=(const NoThreads &) = delete;

private:
    pthread_attr_t attributes_;
    size_t size_ = 0;
};

TEST("threads that cannot be started are an error") {
    const auto backend = Backend::acquire();
    {
        const NoThreads limit;
        CHECK(!can_start_threads(2));
        std::string code;
        try {
            const ThreadPool pool(2);
        } catch (const Error & error) {
            code = error.code();
        }
        CHECK_EQ(code, std::string("THREADS_UNAVAILABLE"));
    }
    CHECK(can_start_threads(2));
}

TEST("weights load without threads") {
    const NoThreads limit;
    CHECK(Model::load(FORETOKEN_MODELS_DIR "/fable-1m.f16.gguf", {}) != nullptr);
}

#endif

}  // namespace foretoken

int main() {
    return foretoken::test::run_tests();
}
