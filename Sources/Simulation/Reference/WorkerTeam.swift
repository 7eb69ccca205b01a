import Synchronization

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Threads that run the parts of one network side by side, and the barrier at which they meet.
///
/// Not for use outside of `ReferenceEngine`. A pool of tasks would not do: all workers must be running for any of them to pass the barrier.
public final class WorkerTeam: Sendable {
    let count: Int
    private let arrived = Atomic<Int>(0)
    private let round = Atomic<Int>(0)

    init(count: Int) { self.count = count }

    /// Waits until every worker is here: spinning at first, for steps are short, then giving the processor away.
    func barrier() {
        if count == 1 { return }
        let current = round.load(ordering: .acquiring)
        if arrived.add(1, ordering: .acquiringAndReleasing).newValue == count {
            arrived.store(0, ordering: .relaxed)
            round.add(1, ordering: .releasing)
            return
        }
        var spins = 0
        while round.load(ordering: .acquiring) == current {
            spins += 1
            if spins > 4000 { sched_yield() }
        }
    }

    /// Calls `body` with 0..<count, each on a thread of its own; the calling thread is the first.
    func run(_ body: @Sendable (Int) -> Void) {
        withoutActuallyEscaping(body) { body in
            var threads: [pthread_t] = []
            for worker in 1..<max(count, 1) {
                let start = Unmanaged.passRetained(Start(worker, body))
                var thread = pthread_t()
                let failure = pthread_create(
                    &thread, nil,
                    { argument in
                        let start = Unmanaged<Start>.fromOpaque(argument!).takeRetainedValue()
                        start.body(start.worker)
                        return nil
                    }, start.toOpaque())
                precondition(failure == 0, "the system refuses a thread (pthread_create: \(failure))")
                threads.append(thread)
            }
            body(0)
            for thread in threads { pthread_join(thread, nil) }
        }
    }

    private final class Start: Sendable {
        let worker: Int
        let body: @Sendable (Int) -> Void

        init(_ worker: Int, _ body: @escaping @Sendable (Int) -> Void) {
            self.worker = worker
            self.body = body
        }
    }
}
