import Diagnostics
import Networks
import Numerics
import Simulation
import Testing

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// The engine's trajectories against solutions of the differential equations that share no coefficient with `Dynamics`: sums of
/// responses to single events, or the equations integrated between events by high-order Taylor series of the matrix exponential.
/// Bound: 1e-9 of the potential's unit over 1,000 steps, as a thousand roundings of 1e-14 mV leave it far behind.
@Suite struct ClosedFormTests {
    static let steps = 1000
    static let sources = 24

    /// Spikes of 24 sources, about one in 12 steps each.
    static func input(seed: UInt64) -> Stimulus.Events {
        let random = Philox(seed: seed, purpose: "test input")
        var events = Stimulus.Events(offsets: [0], neurons: [])
        for step in 0..<steps {
            for source in 0..<sources where random.uniform(step * sources + source) < 0.08 { events.neurons.append(Int32(source)) }
            events.offsets.append(Int32(events.neurons.count))
        }
        return events
    }

    /// One neuron, fed by 24 sources with weights of either sign and delays of 1 to 64 steps.
    static func network(_ model: NeuronModel, timestep: Double, weights: [Float], delays: [Float]) -> Network {
        let pairs = (0..<sources).map { Connector.Pair(source: Int32($0), target: 0) }
        return Network(
            name: "one", timestep: timestep,
            populations: [Population("in", shape: [sources], cell: .input), Population("n", shape: [1], cell: .neuron(model))],
            projections: [
                Projection(
                    "p", from: ID(0), to: ID(1), .list(pairs), weight: .tensor(Tensor(shape: [sources], values: weights)),
                    delay: .tensor(Tensor(shape: [sources], values: delays)))
            ])
    }

    static let weights = (0..<sources).map { Float($0 % 5 == 0 ? -0.31 : 0.13) * (1 + Float($0) / 20) }
    static let delays = (0..<sources).map { Float([1, 2, 3, 7, 16, 33, 64, 5][$0 % 8]) }

    /// (step of arrival, weight) of every event.
    static func arrivals(_ events: Stimulus.Events) -> [(step: Int, weight: Double)] {
        (0..<steps).flatMap { step in
            (events.offsets[step]..<events.offsets[step + 1]).map { k in
                let source = Int(events.neurons[Int(k)])
                return (step + Int(delays[source]), Double(weights[source]))
            }
        }
    }

    static func run(_ network: Network, _ events: Stimulus.Events) throws -> (membrane: [Double], spikes: [Int]) {
        let engine = try ReferenceEngine<Double>(network)
        let recording = try engine.run(
            Stimulus([("in", events)]), steps: steps, record: RecordingRequest(spikes: ["n"], membranes: ["n"]))
        return (recording.membranes["n"]!, recording.spikes["n"]!.map { Int($0.step) })
    }

    /// A model whose threshold is out of reach, so that the whole trajectory is one linear response.
    static func silent(_ kind: NeuronModel.Kind, _ values: [ParameterName: Double]) -> NeuronModel {
        var model = NeuronModel(kind, values.mapValues { .uniform($0) })
        model[.vThresh] = .uniform(1e6)
        return model
    }

    @Test(arguments: [(20.0, 5.0, 2.0), (10.0, 10.0, 3.0), (7.0, 6.9999999, 7.0)])
    func currentExponentialIsTheSumOfItsResponses(_ tauM: Double, _ tauE: Double, _ tauI: Double) throws {
        let (h, cm, rest, offset) = (0.1, 0.25, -65.0, 0.1)
        let model = Self.silent(
            .currentExponential,
            [.tauM: tauM, .tauSynE: tauE, .tauSynI: tauI, .cm: cm, .vRest: rest, .vInit: rest + 3, .iOffset: offset])
        let events = Self.input(seed: 1)
        let (membrane, _) = try Self.run(Self.network(model, timestep: h, weights: Self.weights, delays: Self.delays), events)
        // An event that arrives at the end of step s has acted for t - s steps at the end of step t.
        let arrivals = Self.arrivals(events)
        for step in stride(from: 0, to: Self.steps, by: 7) {
            let elapsed = Double(step + 1) * h
            var expected = rest + 3 * exp(-elapsed / tauM) + offset * tauM / cm * (1 - exp(-elapsed / tauM))
            for (arrival, weight) in arrivals where arrival < step {
                let t = Double(step - arrival) * h
                let tauS = weight >= 0 ? tauE : tauI
                let response =
                    abs(tauM - tauS) < 1e-12 ? t * exp(-t / tauM) : tauM * tauS / (tauM - tauS) * (exp(-t / tauM) - exp(-t / tauS))
                // Where the time constants nearly meet the difference of exponentials cancels; its expansion does not.
                let rate = 1 / tauS - 1 / tauM
                let series = exp(-t / tauM) * t * (1 - rate * t / 2 + rate * rate * t * t / 6)
                expected += weight / cm * (abs(rate * t) < 1e-5 ? series : response)
            }
            #expect(abs(membrane[step] - expected) < 1e-9, "step \(step): \(membrane[step]) instead of \(expected)")
        }
    }

    @Test(arguments: [(20.0, 5.0, 2.0), (10.0, 10.0, 0.5)])
    func currentAlphaIsTheIntegratedCascade(_ tauM: Double, _ tauE: Double, _ tauI: Double) throws {
        let (h, cm, rest) = (0.1, 0.5, -60.0)
        let model = Self.silent(.currentAlpha, [.tauM: tauM, .tauSynE: tauE, .tauSynI: tauI, .cm: cm, .vRest: rest, .vInit: rest])
        let events = Self.input(seed: 2)
        let (membrane, _) = try Self.run(
            Self.network(model, timestep: h, weights: Self.weights.map { $0 / 64 }, delays: Self.delays), events)
        // (v, iE, xE, iI, xI)' = A (v, iE, xE, iI, xI), with x jumping by w e/τ: i(t) = w (t/τ) exp(1 - t/τ).
        let propagator = matrixExponential(
            [
                [-1 / tauM, 1 / cm, 0, 1 / cm, 0], [0, -1 / tauE, 1, 0, 0], [0, 0, -1 / tauE, 0, 0], [0, 0, 0, -1 / tauI, 1],
                [0, 0, 0, 0, -1 / tauI],
            ], h)
        // Weights that keep the potential within some tens of mV (a power of 2 divides them exactly).
        var state = [0.0, 0, 0, 0, 0]
        var largest = 0.0
        var byStep = [[Double]](repeating: [], count: Self.steps + 65)
        for (step, weight) in Self.arrivals(events) { byStep[step].append(weight) }
        for step in 0..<Self.steps {
            state = multiply(propagator, state)
            for weight in byStep[step] { state[weight >= 0 ? 2 : 4] += weight / 64 * exp(1) / (weight >= 0 ? tauE : tauI) }
            largest = max(largest, abs(state[0]))
            #expect(abs(membrane[step] - rest - state[0]) < 1e-9, "step \(step): \(membrane[step] - rest) instead of \(state[0])")
        }
        #expect(largest > 10 && largest < 1000)
    }

    @Test func currentDeltaIsTheSumOfItsDecays() throws {
        let (h, tauM, rest, cm, offset) = (0.1, 15.0, -70.0, 0.8, 0.05)
        let model = Self.silent(.currentDelta, [.tauM: tauM, .vRest: rest, .vInit: rest - 2, .cm: cm, .iOffset: offset])
        let events = Self.input(seed: 3)
        let (membrane, _) = try Self.run(Self.network(model, timestep: h, weights: Self.weights, delays: Self.delays), events)
        let arrivals = Self.arrivals(events)
        for step in 0..<Self.steps {
            let elapsed = Double(step + 1) * h
            var expected = rest - 2 * exp(-elapsed / tauM) + offset * tauM / cm * (1 - exp(-elapsed / tauM))
            for (arrival, weight) in arrivals where arrival <= step { expected += weight * exp(-Double(step - arrival) * h / tauM) }
            #expect(abs(membrane[step] - expected) < 1e-9)
        }
    }

    @Test(arguments: [0.0, 6.0]) func leakyWithoutSpikesIsTheSumOfItsGeometricResponses(_ tauSyn: Double) throws {
        let (h, tauM) = (1.0, 18.0)
        let model = Self.silent(.leaky, [.tauM: tauM, .tauSyn: tauSyn, .vRest: 0.25, .vInit: 0.5, .bias: 0.01])
        let events = Self.input(seed: 4)
        let (membrane, _) = try Self.run(Self.network(model, timestep: h, weights: Self.weights, delays: Self.delays), events)
        let arrivals = Self.arrivals(events)
        let alpha = exp(-h / tauM)
        let kappa = tauSyn > 0 ? exp(-h / tauSyn) : 0
        for step in stride(from: 0, to: Self.steps, by: 5) {
            var expected = 0.25 + 0.25 * pow(alpha, Double(step + 1)) + 0.01 * (1 - pow(alpha, Double(step + 1))) / (1 - alpha)
            for (arrival, weight) in arrivals where arrival <= step {
                // Σ_k alpha^(n-k) kappa^k for k = 0…n.
                let n = Double(step - arrival)
                expected += weight * (kappa == 0 ? pow(alpha, n) : (pow(alpha, n + 1) - pow(kappa, n + 1)) / (alpha - kappa))
            }
            #expect(abs(membrane[step] - expected) < 1e-9, "step \(step): \(membrane[step]) instead of \(expected)")
        }
    }

    @Test func oneMinusDecayScalesTheInput() throws {
        var model = Self.silent(.leaky, [.tauM: 10])
        model.inputScaling = .oneMinusDecay
        let steady = Stimulus.Events(offsets: (0...1000).map { Int32($0) }, neurons: [Int32](repeating: 1, count: 1000))
        let (membrane, _) = try Self.run(Self.network(model, timestep: 1, weights: Self.weights, delays: Self.delays), steady)
        #expect(abs(membrane[999] - Double(Self.weights[1])) < 1e-12)
    }

    /// A neuron under constant current fires at intervals that the solution of its equation gives; between spikes it follows it.
    @Test func spikesOfAConstantCurrentComeWhenTheEquationSays() throws {
        let (h, tauM, cm, rest, reset, threshold, offset, refractory) = (0.1, 12.0, 0.2, -65.0, -68.0, -50.0, 0.5, 3.0)
        let model = NeuronModel(
            .currentExponential,
            [
                .tauM: .uniform(tauM), .cm: .uniform(cm), .vRest: .uniform(rest), .vReset: .uniform(reset), .vThresh: .uniform(threshold),
                .iOffset: .uniform(offset), .tauRefrac: .uniform(refractory), .vInit: .uniform(rest),
            ])
        let silence = Stimulus.Events(offsets: [Int32](repeating: 0, count: 1001), neurons: [])
        let (membrane, spikes) = try Self.run(Self.network(model, timestep: h, weights: Self.weights, delays: Self.delays), silence)
        let limit = rest + offset * tauM / cm
        func stepsToThreshold(from start: Double) -> Int { Int((tauM * log((limit - start) / (limit - threshold)) / h).rounded(.up)) }
        var expected: [Int] = []
        var next = stepsToThreshold(from: rest) - 1
        while next < 1000 {
            expected.append(next)
            next += 30 + stepsToThreshold(from: reset)
        }
        #expect(spikes == expected)
        #expect(spikes.count >= 5)
        for step in 0..<1000 {
            guard let last = spikes.last(where: { $0 <= step }) else { continue }
            let free = Double(max(step - last - 30, 0)) * h
            #expect(abs(membrane[step] - (limit + (reset - limit) * exp(-free / tauM))) < 1e-9, "step \(step)")
        }
    }
}

/// exp(A h) by its Taylor series; norms of A h below 1 need no more than 24 terms.
func matrixExponential(_ a: [[Double]], _ h: Double) -> [[Double]] {
    let n = a.count
    let scaled = a.map { $0.map { $0 * h } }
    var term = (0..<n).map { i in (0..<n).map { $0 == i ? 1.0 : 0 } }
    var sum = term
    for k in 1...24 {
        term = multiply(term, scaled).map { $0.map { $0 / Double(k) } }
        for i in 0..<n { for j in 0..<n { sum[i][j] += term[i][j] } }
    }
    return sum
}

func multiply(_ a: [[Double]], _ b: [[Double]]) -> [[Double]] {
    a.map { row in b[0].indices.map { j in row.indices.reduce(0) { $0 + row[$1] * b[$1][j] } } }
}

func multiply(_ a: [[Double]], _ x: [Double]) -> [Double] { a.map { row in row.indices.reduce(0) { $0 + row[$1] * x[$1] } } }
