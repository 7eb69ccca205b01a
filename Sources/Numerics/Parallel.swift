import Dispatch
import Synchronization

/// Runs `body` for every index in 0..<count on at most `threads` threads.
///
/// Indices are handed out in ascending order. When bodies fail, no further index is started and the error of the smallest failing
/// index is thrown, so that what a user sees does not depend on the number of threads. The calling thread takes part.
public func parallelFor<Failure: Error>(
    count: Int, threads: Int, body: @Sendable (Int) throws(Failure) -> Void
) throws(Failure) {
    let workers = min(threads, count)
    if workers <= 1 {
        for index in 0..<max(count, 0) { try body(index) }
        return
    }
    let next = Atomic<Int>(0)
    let firstFailure = Mutex<(index: Int, error: Failure)?>(nil)
    DispatchQueue.concurrentPerform(iterations: workers) { _ in
        while true {
            let index = next.add(1, ordering: .relaxed).oldValue
            if index >= count { return }
            do throws(Failure) {
                try body(index)
            } catch {
                next.store(count, ordering: .relaxed)
                firstFailure.withLock { if index < $0?.index ?? .max { $0 = (index, error) } }
                return
            }
        }
    }
    if let failure = firstFailure.withLock({ $0 }) { throw failure.error }
}

/// The results of `body` for every item, in the order of the items, computed on at most `threads` threads.
///
/// Fails as ``parallelFor(count:threads:body:)`` does: with the error of the first failing item.
public func parallelMap<Item: Sendable, Result: Sendable, Failure: Error>(
    _ items: [Item], threads: Int, body: @Sendable (Item) throws(Failure) -> Result
) throws(Failure) -> [Result] {
    if threads <= 1 || items.count <= 1 {
        var results: [Result] = []
        results.reserveCapacity(items.count)
        for item in items { results.append(try body(item)) }
        return results
    }
    let slots = Slots<Result>(count: items.count)
    try parallelFor(count: items.count, threads: threads) { index throws(Failure) in
        slots.store(try body(items[index]), at: index)
    }
    return slots.values
}

/// Splits 0..<count into at most `threads` ranges of nearly equal length and runs `body` on each, in parallel.
///
/// For work whose parts own disjoint targets, such as a step of a simulation.
public func parallelRanges<Failure: Error>(
    count: Int, threads: Int, body: @Sendable (Range<Int>) throws(Failure) -> Void
) throws(Failure) {
    guard count > 0 else { return }
    let parts = max(1, min(threads, count))
    try parallelFor(count: parts, threads: parts) { part throws(Failure) in
        try body(count * part / parts..<count * (part + 1) / parts)
    }
}

/// One slot per result; each is written once, by the thread that computed it, and read after all threads are done.
private final class Slots<Value: Sendable>: @unchecked Sendable {
    private let slots: UnsafeMutableBufferPointer<Value?>

    init(count: Int) {
        slots = .allocate(capacity: count)
        slots.initialize(repeating: nil)
    }

    deinit {
        slots.deinitialize()
        slots.deallocate()
    }

    func store(_ value: Value, at index: Int) { slots[index] = value }

    var values: [Value] { slots.compactMap { $0 } }
}
