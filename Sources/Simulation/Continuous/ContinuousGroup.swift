#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// The state of one population of neurons, all of them at the same time, and its way to a later one.
///
/// Between two events nothing is approximated: the membrane is a sum of exponentials (Brette 2006; Rotter and Diesmann 1999). A neuron
/// is looked at closely only where a bound on its membrane, or the membrane itself, reaches the threshold.
final class ContinuousGroup {
    private let neurons: ContinuousNeurons
    let count: Int
    private let channels: Int
    private let memory: Arena
    /// 1/τ_m; [neuron].
    private let rate: UnsafeMutablePointer<Double>
    private let leak: UnsafeMutablePointer<Double>
    /// Infinity while the neuron cannot spike.
    private let threshold: UnsafeMutablePointer<Double>
    /// 1/τ_m - 1/τ_c; [channel × neuron].
    private let difference: UnsafeMutablePointer<Double>
    /// Where currents saturate; [channel × neuron].
    private let limit: UnsafeMutablePointer<Double>
    private let fastest: Double
    /// Membrane, and currents [channel × neuron]: now, and where a step leads.
    private var v: UnsafeMutablePointer<Double>
    private var x: UnsafeMutablePointer<Double>
    private var nextV: UnsafeMutablePointer<Double>
    private var nextX: UnsafeMutablePointer<Double>
    /// 1 where the membrane must be looked at.
    private let suspect: UnsafeMutablePointer<Double>
    private let heldUntil: UnsafeMutablePointer<Double>
    /// Currents of the neuron that is looked at; [channel].
    private let currents: UnsafeMutablePointer<Double>
    /// Neurons that are held now and come free within the run, and those that do not.
    private var held: [Int] = []
    private var done: [Int] = []
    private var newlyHeld: [Int] = []
    private(set) var time = 0.0
    private var horizon = 0.0

    init(_ neurons: ContinuousNeurons) {
        self.neurons = neurons
        count = neurons.count
        channels = neurons.channels
        memory = Arena()
        rate = memory.allocate(count: count)
        leak = memory.allocate(count: count)
        threshold = memory.allocate(count: count)
        difference = memory.allocate(count: count * channels)
        limit = memory.allocate(count: count * channels)
        v = memory.allocate(count: count)
        x = memory.allocate(count: count * channels)
        nextV = memory.allocate(count: count)
        nextX = memory.allocate(count: count * channels)
        suspect = memory.allocate(count: count)
        heldUntil = memory.allocate(count: count)
        currents = memory.allocate(count: channels)
        var fastest = 0.0
        for n in 0..<count {
            rate[n] = 1 / neurons.membraneTime[n]
            leak[n] = neurons.leak[n]
            fastest = max(fastest, rate[n])
            for c in 0..<channels {
                let channelRate = 1 / neurons.channelTime[c][n]
                difference[c * count + n] = rate[n] - channelRate
                fastest = max(fastest, abs(difference[c * count + n]))
                limit[c * count + n] = neurons.limit[c][n]
            }
        }
        self.fastest = fastest
    }

    /// Back to the start of a run that ends at `horizon`.
    /// - Parameter shift: added to the thresholds of this run; empty: none.
    func reset(horizon: Double, thresholdShift shift: [Double]) {
        time = 0
        self.horizon = horizon
        held.removeAll(keepingCapacity: true)
        done.removeAll(keepingCapacity: true)
        for n in 0..<count {
            v[n] = neurons.initial[n]
            threshold[n] = neurons.threshold[n] + (shift.isEmpty ? 0 : shift[n])
            heldUntil[n] = -.infinity
        }
        x.update(repeating: 0, count: count * channels)
    }

    /// An event on `channel` of `neuron`, now.
    @inline(__always)
    func receive(_ neuron: Int, channel: Int, jump: Double) {
        let place = channel * count + neuron
        x[place] = min(max(x[place] + jump, -limit[place]), limit[place])
    }

    func membrane(_ neuron: Int) -> Double { v[neuron] }

    /// Goes on to `end`; every spike on the way is appended, in no order.
    func advance(to end: Double, spikes: inout [TimedSpike]) {
        let h = end - time
        guard h > 0 else { return }
        if h * fastest < Self.shortest { step(h, isShort: true) } else { step(h, isShort: false) }
        for n in 0..<count where suspect[n] != 0 && heldUntil[n] <= time { follow(n, to: end, &spikes) }
        // Held neurons came from their reset, and some of them are free again by now.
        if !held.isEmpty || !newlyHeld.isEmpty {
            for n in held { follow(n, to: end, &spikes) }
            held = (held + newlyHeld).filter { heldUntil[$0] > end && heldUntil[$0] < horizon }
            newlyHeld.removeAll(keepingCapacity: true)
        }
        for n in done { nextV[n] = neurons.reset[n] }
        swap(&v, &nextV)
        swap(&x, &nextX)
        time = end
    }

    /// Below this part of the fastest time constant eight terms of the exponential series are exact.
    private static let shortest = 0.06

    @inline(__always)
    private func step(_ h: Double, isShort: Bool) {
        let (v, x, nextV, nextX, suspect) = (v, x, nextV, nextX, suspect)
        for n in 0..<count {
            let decay = isShort ? series(-h * rate[n]) : exp(-h * rate[n])
            nextV[n] = leak[n] + (v[n] - leak[n]) * decay
            suspect[n] = max(v[n], leak[n])
        }
        for c in 0..<channels {
            let (x, nextX, difference) = (x + c * count, nextX + c * count, difference + c * count)
            for n in 0..<count {
                // ∫ e^-(h-s)/τ_m e^(-s/τ_c) ds = h e^(-h/τ_m) φ(h (1/τ_m - 1/τ_c)), φ(z) = (e^z - 1)/z.
                let z = h * difference[n]
                let decay = isShort ? series(-h * rate[n]) : exp(-h * rate[n])
                let phi = isShort ? seriesOfPhi(z) : Self.phi(z)
                nextV[n] += x[n] * h * decay * phi
                nextX[n] = x[n] * decay * (1 + z * phi)
                suspect[n] += h * max(x[n], 0)
            }
        }
        for n in 0..<count { suspect[n] = suspect[n] >= threshold[n] || nextV[n] >= threshold[n] ? 1 : 0 }
    }

    @inline(__always)
    private func series(_ z: Double) -> Double {
        1 + z * (1 + z * (0.5 + z * (1.0 / 6 + z * (1.0 / 24 + z * (1.0 / 120 + z * (1.0 / 720 + z * (1.0 / 5040 + z / 40320)))))))
    }

    @inline(__always)
    private func seriesOfPhi(_ z: Double) -> Double {
        1 + z * (0.5 + z * (1.0 / 6 + z * (1.0 / 24 + z * (1.0 / 120 + z * (1.0 / 720 + z * (1.0 / 5040 + z / 40320))))))
    }

    @inline(__always)
    static func phi(_ z: Double) -> Double { abs(z) < 1e-8 ? 1 + 0.5 * z : expm1(z) / z }

    // MARK: One neuron

    /// Goes with neuron `n` from `time` to `end` through its spikes, and puts its state at the end in place.
    private func follow(_ n: Int, to end: Double, _ spikes: inout [TimedSpike]) {
        var (now, potential) = (time, v[n])
        let currents = currents
        for c in 0..<channels { currents[c] = x[c * count + n] }
        let wasHeld = heldUntil[n] > time
        while now < end {
            if heldUntil[n] > now {
                let free = min(heldUntil[n], end)
                for c in 0..<channels { currents[c] *= exp(-(free - now) / neurons.channelTime[c][n]) }
                (now, potential) = (free, neurons.reset[n])
                continue
            }
            guard let h = crossing(n, potential, within: end - now) else {
                potential = membrane(n, potential, end - now)
                for c in 0..<channels { currents[c] *= exp(-(end - now) / neurons.channelTime[c][n]) }
                break
            }
            for c in 0..<channels { currents[c] *= exp(-h / neurons.channelTime[c][n]) }
            now += h
            spikes.append(TimedSpike(time: now, neuron: Int32(n)))
            potential = neurons.reset[n]
            heldUntil[n] = now + neurons.refractory[n]
            if heldUntil[n] >= horizon {
                // Nothing more can come of it in this run.
                threshold[n] = .infinity
                done.append(n)
            } else if heldUntil[n] > end, !wasHeld {
                newlyHeld.append(n)
            }
        }
        nextV[n] = potential
        for c in 0..<channels { nextX[c * count + n] = currents[c] }
    }

    /// Neuron `n` spikes at `time`, as `nextSpike` said; all neurons go on to then.
    func fire(_ n: Int, at time: Double) {
        let free = threshold[n]
        threshold[n] = .infinity
        var none: [TimedSpike] = []
        advance(to: time, spikes: &none)
        threshold[n] = free
        v[n] = neurons.reset[n]
        heldUntil[n] = time + neurons.refractory[n]
        if heldUntil[n] >= horizon {
            threshold[n] = .infinity
            done.append(n)
        } else if heldUntil[n] > time {
            held.append(n)
        }
    }

    /// The time at which neuron `n`, as it is now, spikes if nothing more arrives, in ms from the start; nil: not within the run.
    func nextSpike(_ n: Int) -> Double? {
        var (start, potential) = (time, v[n])
        for c in 0..<channels { currents[c] = x[c * count + n] }
        if heldUntil[n] > time {
            start = heldUntil[n]
            guard start < horizon else { return nil }
            potential = neurons.reset[n]
            for c in 0..<channels { currents[c] *= exp(-(start - time) / neurons.channelTime[c][n]) }
        }
        return crossing(n, potential, within: horizon - start).map { start + $0 }
    }

    /// With the currents in `currents`.
    private func membrane(_ n: Int, _ start: Double, _ h: Double) -> Double {
        let decay = exp(-h * rate[n])
        var value = leak[n] + (start - leak[n]) * decay
        for c in 0..<channels where currents[c] != 0 { value += currents[c] * h * decay * Self.phi(h * difference[c * count + n]) }
        return value
    }

    /// The first time within `end` at which the membrane reaches the threshold from below, with the currents in `currents`.
    private func crossing(_ n: Int, _ start: Double, within end: Double) -> Double? {
        let threshold = threshold[n]
        guard threshold < .infinity, end > 0 else { return nil }
        if start >= threshold { return 0 }
        // The slope as a sum of exponentials, whose changes of sign are the only places for peaks.
        var slope = ExponentialSum()
        slope.add(-(start - leak[n]) * rate[n], rate: rate[n])
        var bound = max(start, leak[n])
        for c in 0..<channels where currents[c] != 0 {
            let channelRate = 1 / neurons.channelTime[c][n]
            let delta = difference[c * count + n]
            bound += max(currents[c], 0) * min(end, neurons.channelTime[c][n])
            if abs(delta) < 1e-8 * rate[n] {
                // The limit of equal time constants: x h e^(-h/τ).
                slope.add(currents[c], slope: -currents[c] * rate[n], rate: rate[n])
            } else {
                slope.add(-currents[c] * channelRate / delta, rate: channelRate)
                slope.add(currents[c] * rate[n] / delta, rate: rate[n])
            }
        }
        if bound < threshold { return nil }
        var (left, leftValue) = (0.0, start - threshold)
        let turns = slope.signChanges(before: end)
        for index in 0...turns.count {
            let right = index < turns.count ? turns[index] : end
            let rightValue = membrane(n, start, right) - threshold
            if rightValue >= 0 {
                return root(left, leftValue, right, max(rightValue, .leastNormalMagnitude)) {
                    self.membrane(n, start, $0) - threshold
                }
            }
            (left, leftValue) = (right, rightValue)
        }
        return nil
    }
}
