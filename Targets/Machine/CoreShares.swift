import Synchronization

/// Which cores each thread of a run works on: consecutive ones of about the same work.
struct CoreShares: Sendable {
    /// Sum of the work of the cores before each, and of all.
    private let workBefore: [Int]

    init(_ image: MachineImage) {
        self.init(weights: image.cores.map { core in core.count + core.bank.synapseCounts.reduce(0) { $0 + Int($1) } / 64 + 1 })
    }

    /// - Parameter weights: by core, what a step costs in any unit.
    init(weights: [Int]) {
        var work = [0]
        for weight in weights { work.append((work.last ?? 0) + weight) }
        workBefore = work
    }

    func cores(ofThread number: Int, of count: Int) -> Range<Int> {
        let all = workBefore.last ?? 0
        func boundary(_ thread: Int) -> Int {
            let wanted = all * thread / count
            return workBefore.firstIndex { $0 >= wanted } ?? workBefore.count - 1
        }
        return boundary(number)..<(number + 1 == count ? workBefore.count - 1 : boundary(number + 1))
    }
}

/// For every step the time of the core that took longest; all others wait for it at the barrier.
final class BusiestCore: Sendable {
    private let times: Mutex<[Double]>

    init(steps: Int) { times = Mutex([Double](repeating: 0, count: steps)) }

    func add(_ time: Double, step: Int) { times.withLock { $0[step] = max($0[step], time) } }

    func merge(_ others: [Double]) {
        times.withLock { times in for step in others.indices { times[step] = max(times[step], others[step]) } }
    }

    /// The sum over all steps, in their order.
    var total: Double { times.withLock { $0.reduce(0, +) } }
}
