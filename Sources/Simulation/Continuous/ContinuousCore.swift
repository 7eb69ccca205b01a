import Numerics

/// What is not ideal from run to run, keyed by the run's number, never by the order of the work.
public struct ContinuousDisturbance: Hashable, Sendable {
    public var seed: UInt64
    /// Chance that an event of a neuron or source reaches nobody.
    public var eventLoss = 0.0
    /// Standard deviation of the time at which a neuron's event leaves, in ms.
    public var jitter = 0.0
    /// Standard deviation of each neuron's threshold from run to run, in units of potential, by population; empty: none.
    public var thresholdNoise: [[Double]] = []

    public init(seed: UInt64) { self.seed = seed }
}

/// Runs a network in continuous time: populations one after the other in the order of signal flow, those that depend on each other
/// together, event by event.
///
/// Events of equal time go in the order of the bundles, then of the sources; nothing depends on threads. A class because it keeps its
/// memory from run to run.
public final class ContinuousCore {
    public let network: ContinuousNetwork
    private var groups: [ContinuousGroup?]
    /// Populations that need each other, in the order of signal flow.
    private let components: [[Int]]
    /// Of each population.
    private let incoming: [[Int]]
    private let disturbance: ContinuousDisturbance?
    private let random: (loss: Philox, jitter: Philox, threshold: Philox)
    /// Membranes that were asked for: [population][step × size].
    public private(set) var membranes: [Int: [Double]] = [:]
    /// Synaptic events since the start.
    public private(set) var synapticEvents = 0

    public init(_ network: ContinuousNetwork, disturbance: ContinuousDisturbance? = nil) {
        self.network = network
        self.disturbance = disturbance
        let seed = disturbance?.seed ?? 0
        random = (
            Philox(seed: seed, purpose: "continuous/loss"), Philox(seed: seed, purpose: "continuous/jitter"),
            Philox(seed: seed, purpose: "continuous/threshold")
        )
        groups = network.populations.map { $0.neurons.map { ContinuousGroup($0) } }
        incoming = network.populations.indices.map { post in network.bundles.indices.filter { network.bundles[$0].post == post } }
        components = Self.order(network)
    }

    /// Runs once from the state at the start.
    /// - Parameters:
    ///   - given: the events of each source population, by time, then neuron; of populations of neurons: nothing.
    ///   - end: in ms.
    ///   - run: its number, which keys what is random.
    ///   - membranes: populations whose membranes are kept at the end of every `step` ms.
    /// - Returns: of each population its events, by time, then neuron; lost events are among them.
    public func run(
        _ given: [[TimedSpike]], until end: Double, run: Int = 0, membranes recorded: Set<Int> = [], step: Double = 1
    ) -> [[TimedSpike]] {
        var spikes = given
        membranes = [:]
        for component in components {
            for p in component { groups[p]?.reset(horizon: end, thresholdShift: shift(p, run)) }
            if component.count == 1, let p = component.first, !network.bundles.contains(where: { $0.pre == p && $0.post == p }) {
                spikes[p] = feedForward(p, spikes, until: end, run: run, samplesEvery: recorded.contains(p) ? step : nil)
            } else {
                recurrent(component, &spikes, until: end, run: run, recorded: recorded, step: step)
            }
            for p in component { spikes[p].sort(by: Self.isBefore) }
        }
        return spikes
    }

    // MARK: Events

    /// An event on its way to a population.
    private struct Arrival {
        var time: Double
        var bundle: Int32
        var source: Int32

        static func isBefore(_ left: Arrival, _ right: Arrival) -> Bool {
            left.time != right.time
                ? left.time < right.time : left.bundle != right.bundle ? left.bundle < right.bundle : left.source < right.source
        }
    }

    private static func isBefore(_ left: TimedSpike, _ right: TimedSpike) -> Bool {
        left.time != right.time ? left.time < right.time : left.neuron < right.neuron
    }

    /// The events of a population that arrive somewhere: without those that are lost.
    private func arrivals(of population: Int, _ spikes: [TimedSpike], over bundle: Int, until end: Double, run: Int) -> [Arrival] {
        let delay = network.bundles[bundle].delay
        var result: [Arrival] = []
        result.reserveCapacity(spikes.count)
        var numbers: [Int32: Int] = [:]
        let isLossy = (disturbance?.eventLoss ?? 0) > 0
        for spike in spikes {
            if isLossy {
                let number = numbers[spike.neuron, default: 0]
                numbers[spike.neuron] = number + 1
                if isLost(population, Int(spike.neuron), number, run: run) { continue }
            }
            if spike.time + delay < end {
                result.append(Arrival(time: spike.time + delay, bundle: Int32(bundle), source: spike.neuron))
            }
        }
        return result
    }

    private func isLost(_ population: Int, _ neuron: Int, _ number: Int, run: Int) -> Bool {
        guard let disturbance, disturbance.eventLoss > 0 else { return false }
        return random.loss.split(run).split(population).split(neuron).uniform(number) < disturbance.eventLoss
    }

    private func jittered(_ spike: TimedSpike, _ population: Int, _ number: Int, run: Int) -> TimedSpike {
        guard let disturbance, disturbance.jitter > 0 else { return spike }
        let shift = disturbance.jitter * random.jitter.split(run).split(population).split(Int(spike.neuron)).normal(number)
        return TimedSpike(time: max(0, spike.time + shift), neuron: spike.neuron)
    }

    private func shift(_ population: Int, _ run: Int) -> [Double] {
        guard let disturbance, population < disturbance.thresholdNoise.count else { return [] }
        let stream = random.threshold.split(run).split(population)
        return disturbance.thresholdNoise[population].enumerated().map { $0.element * stream.normal($0.offset) }
    }

    @inline(__always)
    private func deliver(_ arrival: Arrival) {
        let place = Int(arrival.bundle)
        guard let group = groups[network.bundles[place].post] else { return }
        let first = Int(network.bundles[place].offsets[Int(arrival.source)])
        let end = Int(network.bundles[place].offsets[Int(arrival.source) + 1])
        network.bundles[place].targets.withUnsafeBufferPointer { targets in
            network.bundles[place].channels.withUnsafeBufferPointer { channels in
                network.bundles[place].jumps.withUnsafeBufferPointer { jumps in
                    for s in first..<end { group.receive(Int(targets[s]), channel: Int(channels[s]), jump: jumps[s]) }
                }
            }
        }
        synapticEvents += end - first
    }

    // MARK: Order

    private func feedForward(
        _ p: Int, _ spikes: [[TimedSpike]], until end: Double, run: Int, samplesEvery step: Double?
    ) -> [TimedSpike] {
        guard let group = groups[p] else { return spikes[p] }
        var arrivals: [Arrival] = []
        for bundle in incoming[p] {
            let pre = network.bundles[bundle].pre
            arrivals += self.arrivals(of: pre, spikes[pre], over: bundle, until: end, run: run)
        }
        arrivals.sort(by: Arrival.isBefore)
        var result: [TimedSpike] = []
        var samples: [Double] = []
        var sampled = 0
        func sample(before time: Double) {
            guard let step else { return }
            while Double(sampled + 1) * step <= time + 1e-9 * step {
                group.advance(to: min(Double(sampled + 1) * step, end), spikes: &result)
                for n in 0..<group.count { samples.append(group.membrane(n)) }
                sampled += 1
            }
        }
        for arrival in arrivals {
            sample(before: arrival.time)
            group.advance(to: arrival.time, spikes: &result)
            deliver(arrival)
        }
        sample(before: end)
        group.advance(to: end, spikes: &result)
        if step != nil { membranes[p] = samples }
        guard let disturbance, disturbance.jitter > 0 else { return result }
        result.sort(by: Self.isBefore)
        var numbers: [Int32: Int] = [:]
        return result.map { spike in
            defer { numbers[spike.neuron, default: 0] += 1 }
            return jittered(spike, p, numbers[spike.neuron, default: 0], run: run)
        }
    }

    /// Populations that feed each other: the next spike of all of them is known before anything moves.
    private func recurrent(
        _ component: [Int], _ spikes: inout [[TimedSpike]], until end: Double, run: Int, recorded: Set<Int>, step: Double
    ) {
        let members = Set(component)
        var pending: [Arrival] = []
        for p in component {
            for bundle in incoming[p] where !members.contains(network.bundles[bundle].pre) {
                let pre = network.bundles[bundle].pre
                pending += arrivals(of: pre, spikes[pre], over: bundle, until: end, run: run)
            }
        }
        // The last is the next.
        pending.sort { Arrival.isBefore($1, $0) }
        for p in component { spikes[p] = [] }
        var predicted: [[Double]] = network.populations.map { _ in [] }
        for p in component { predicted[p] = predictions(p) }
        var counts: [[Int]] = network.populations.map { _ in [] }
        for p in component { counts[p] = [Int](repeating: 0, count: network.populations[p].size) }
        var sampled = 0
        var fired: [TimedSpike] = []
        while true {
            var next = (time: Double.infinity, population: 0, neuron: 0)
            for p in component {
                for n in predicted[p].indices where predicted[p][n] < next.time { next = (predicted[p][n], p, n) }
            }
            let time = min(next.time, pending.last?.time ?? .infinity, end)
            while !recorded.isEmpty, Double(sampled + 1) * step <= time + 1e-9 * step {
                for p in component {
                    groups[p]?.advance(to: min(Double(sampled + 1) * step, end), spikes: &fired)
                    guard recorded.contains(p), let group = groups[p] else { continue }
                    for n in 0..<group.count { membranes[p, default: []].append(group.membrane(n)) }
                }
                sampled += 1
            }
            guard time < end else { break }
            if let arrival = pending.last, arrival.time <= next.time {
                pending.removeLast()
                let post = network.bundles[Int(arrival.bundle)].post
                groups[post]?.advance(to: arrival.time, spikes: &fired)
                deliver(arrival)
                predicted[post] = predictions(post)
                continue
            }
            let p = next.population
            groups[p]?.fire(next.neuron, at: next.time)
            predicted[p] = predictions(p)
            var spike = TimedSpike(time: next.time, neuron: Int32(next.neuron))
            let number = counts[p][next.neuron]
            counts[p][next.neuron] += 1
            spike.time = max(next.time, jittered(spike, p, number, run: run).time)
            spikes[p].append(spike)
            if isLost(p, next.neuron, number, run: run) { continue }
            for bundle in network.bundles.indices where network.bundles[bundle].pre == p && members.contains(network.bundles[bundle].post) {
                let arrival = Arrival(
                    time: spike.time + network.bundles[bundle].delay, bundle: Int32(bundle), source: Int32(next.neuron))
                guard arrival.time < end else { continue }
                let place = pending.lastIndex { !Arrival.isBefore($0, arrival) }.map { $0 + 1 } ?? 0
                pending.insert(arrival, at: place)
            }
        }
        for p in component { groups[p]?.advance(to: end, spikes: &fired) }
    }

    private func predictions(_ p: Int) -> [Double] {
        guard let group = groups[p] else { return [] }
        return (0..<group.count).map { group.nextSpike($0) ?? .infinity }
    }

    /// Strongly connected components of the populations, in the order of signal flow (Tarjan 1972).
    private static func order(_ network: ContinuousNetwork) -> [[Int]] {
        let count = network.populations.count
        var successors = [[Int]](repeating: [], count: count)
        for bundle in network.bundles where !successors[bundle.pre].contains(bundle.post) { successors[bundle.pre].append(bundle.post) }
        var (number, low) = ([Int](repeating: -1, count: count), [Int](repeating: 0, count: count))
        var onStack = [Bool](repeating: false, count: count)
        var (stack, components, next): ([Int], [[Int]], Int) = ([], [], 0)
        func visit(_ p: Int) {
            (number[p], low[p], next) = (next, next, next + 1)
            stack.append(p)
            onStack[p] = true
            for q in successors[p] {
                if number[q] < 0 {
                    visit(q)
                    low[p] = min(low[p], low[q])
                } else if onStack[q] {
                    low[p] = min(low[p], number[q])
                }
            }
            guard low[p] == number[p] else { return }
            var component: [Int] = []
            while let q = stack.popLast() {
                onStack[q] = false
                component.append(q)
                if q == p { break }
            }
            components.append(component.sorted())
        }
        for p in 0..<count where number[p] < 0 { visit(p) }
        return components.reversed()
    }
}
