import Networks
import Numerics
import Simulation
import Testing

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// `if_cond_exp` against the solution of its equation: closed where a conductance is constant, finely integrated elsewhere.
@Suite struct ConductanceTests {
    static let (tauM, cm, rest, eRevE, eRevI) = (20.0, 0.25, -65.0, 0.0, -80.0)

    static func model(_ tauE: Double, _ tauI: Double, _ integration: NeuronModel.Integration = .exact) -> NeuronModel {
        var model = ClosedFormTests.silent(
            .conductanceExponential,
            [
                .tauM: tauM, .cm: cm, .vRest: rest, .vInit: rest - 3, .eRevE: eRevE, .eRevI: eRevI, .tauSynE: tauE, .tauSynI: tauI,
                .iOffset: 0.05,
            ])
        model.integration = integration
        return model
    }

    /// One spike of each receptor at step 10, and synapses that never decay: from then on the membrane relaxes exponentially.
    @Test func aConstantConductanceRelaxesExponentially() throws {
        let (h, gE, gI) = (0.5, 0.004, 0.01)
        var network = ClosedFormTests.network(Self.model(1e12, 1e12), timestep: h, weights: [Float(gE), Float(-gI)], delays: [1, 1])
        network.populations[ID(0)].shape = [2]
        network.projections[ID(0)].connector = .list([.init(source: 0, target: 0), .init(source: 1, target: 0)])
        network.projections[ID(0)].weight = .tensor(Tensor(shape: [2], values: [Float(gE), Float(-gI)]))
        network.projections[ID(0)].delay = .constant(1)
        var events = Stimulus.Events(offsets: [0], neurons: [])
        for step in 0..<1000 {
            if step == 10 { events.neurons += [0, 1] }
            events.offsets.append(Int32(events.neurons.count))
        }
        let (membrane, _) = try ClosedFormTests.run(network, events)
        let total = 1 / Self.tauM + (Double(Float(gE)) + Double(Float(gI))) / Self.cm
        let settled =
            (Self.rest / Self.tauM + (0.05 + Double(Float(gE)) * Self.eRevE + Double(Float(gI)) * Self.eRevI) / Self.cm) / total
        // The spike arrives in step 11 and pulls from step 12 on.
        let start = membrane[11]
        for step in 12..<1000 {
            let expected = settled + (start - settled) * exp(-total * h * Double(step - 11))
            #expect(abs(membrane[step] - expected) < 1e-6, "step \(step): \(membrane[step]) instead of \(expected)")
        }
        #expect(abs(start - settled) > 0.5)
    }

    static let coarse = (step: 0.4, count: 240, tauE: 5.0, tauI: 8.0)

    /// Spikes of 24 sources in coarse steps, one in 12 steps each.
    static let spikes: [(step: Int, source: Int)] = {
        let random = Philox(seed: 9, purpose: "test input")
        return (0..<coarse.count).flatMap { step in
            (0..<24).filter { random.uniform(step * 24 + $0) < 0.08 }.map { (step, $0) }
        }
    }()

    /// dv/dt integrated by Runge and Kutta's fourth order in 50 pieces of a coarse step: the potentials at the ends of coarse steps.
    static let solution: [Double] = {
        var byStep = [[Double]](repeating: [], count: coarse.count + 65)
        for (step, source) in spikes {
            byStep[step + Int(ClosedFormTests.delays[source])].append(Double(ClosedFormTests.weights[source] / 64))
        }
        var (v, gE, gI) = (rest - 3, 0.0, 0.0)
        return (0..<coarse.count).map { step in
            let dt = coarse.step / 50
            for piece in 0..<50 {
                func slope(_ v: Double, _ t: Double) -> Double {
                    let currents = gE * exp(-t / coarse.tauE) * (eRevE - v) + gI * exp(-t / coarse.tauI) * (eRevI - v) + 0.05
                    return (rest - v) / tauM + currents / cm
                }
                let t = Double(piece) * dt
                let k1 = slope(v, t)
                let k2 = slope(v + dt / 2 * k1, t + dt / 2)
                let k3 = slope(v + dt / 2 * k2, t + dt / 2)
                let k4 = slope(v + dt * k3, t + dt)
                v += dt / 6 * (k1 + 2 * k2 + 2 * k3 + k4)
            }
            gE *= exp(-coarse.step / coarse.tauE)
            gI *= exp(-coarse.step / coarse.tauI)
            for weight in byStep[step] { if weight >= 0 { gE += weight } else { gI -= weight } }
            return v
        }
    }()

    /// The largest difference from the solution when a coarse step is divided into `pieces`: the same spikes at the same times.
    static func error(pieces: Int, _ integration: NeuronModel.Integration) throws -> Double {
        // An arrival acts from the end of its step on, so it is in the last piece.
        var events = Stimulus.Events(offsets: [0], neurons: [])
        for step in 0..<coarse.count * pieces {
            if step % pieces == pieces - 1 { events.neurons += spikes.filter { $0.step == step / pieces }.map { Int32($0.source) } }
            events.offsets.append(Int32(events.neurons.count))
        }
        let network = ClosedFormTests.network(
            model(coarse.tauE, coarse.tauI, integration), timestep: coarse.step / Double(pieces),
            weights: ClosedFormTests.weights.map { $0 / 64 }, delays: ClosedFormTests.delays.map { $0 * Float(pieces) })
        let engine = try ReferenceEngine<Double>(network)
        let recording = try engine.run(
            Stimulus([("in", events)]), steps: coarse.count * pieces, record: RecordingRequest(membranes: ["n"]))
        let membrane = try #require(recording.membranes["n"])
        return solution.indices.map { abs(membrane[($0 + 1) * pieces - 1] - solution[$0]) }.max() ?? 0
    }

    /// Halving the step divides the error of `exact` by four and that of `euler` by two.
    @Test func theErrorFallsWithTheStepAsStated() throws {
        let exact = try [1, 2, 4].map { try Self.error(pieces: $0, .exact) }
        #expect((3.5...4.5).contains(exact[0] / exact[1]) && (3.5...4.5).contains(exact[1] / exact[2]), "errors \(exact)")
        let euler = try [1, 2, 4].map { try Self.error(pieces: $0, .euler) }
        #expect((1.7...2.3).contains(euler[0] / euler[1]) && (1.7...2.3).contains(euler[1] / euler[2]), "errors \(euler)")
        #expect(exact[0] < euler[2])
    }

    @Test func theSignOfAWeightOnlyChoosesItsReceptor() throws {
        let events = ClosedFormTests.input(seed: 5)
        func trace(_ factor: Float, _ receptor: Receptor) throws -> [Double] {
            let weights = ClosedFormTests.weights.map { abs($0) / 64 * factor }
            var network = ClosedFormTests.network(Self.model(5, 8), timestep: 0.5, weights: weights, delays: ClosedFormTests.delays)
            network.projections[ID(0)].receptor = receptor
            return try ClosedFormTests.run(network, events).membrane
        }
        #expect(try trace(-1, .bySign) == trace(1, .inhibitory))
        #expect(try trace(1, .bySign) == trace(1, .excitatory))
        #expect(try trace(1, .inhibitory) != trace(1, .excitatory))
    }

    /// At rest above threshold through excitation: it spikes, is reset and held.
    @Test func itSpikesAndIsHeld() throws {
        var model = Self.model(1e12, 8)
        model[.vThresh] = .uniform(-50)
        model[.vReset] = .uniform(-70)
        model[.tauRefrac] = .uniform(2)
        let network = ClosedFormTests.network(model, timestep: 0.5, weights: ClosedFormTests.weights, delays: ClosedFormTests.delays)
        let (membrane, spikes) = try ClosedFormTests.run(network, ClosedFormTests.input(seed: 6))
        #expect(spikes.count > 50)
        for spike in spikes where spike + 4 < membrane.count {
            for step in spike...spike + 4 { #expect(membrane[step] == -70) }
        }
        for (spike, next) in zip(spikes, spikes.dropFirst()) { #expect(next - spike > 4) }
    }
}
