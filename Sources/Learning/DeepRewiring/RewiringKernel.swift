import FrontEnd
import Networks
import Numerics

/// A stack of rate units over sparse connections: forward, back, and the step of every theta, for a batch at a time.
///
/// Rows are units, [units × batch], so that a connection is a product of two short rows; the batch is padded to whole vectors. What a
/// connection's source is silent for costs a comparison. Complexity of a step: active connections × batch.
final class RewiringKernel {
    typealias Vector = SIMD4<Float>

    let plan: RewiringPlan
    let batch: Int
    /// Vectors of a row.
    private let width: Int
    private let order: [ID<Population>]
    private let sizes: [Int]
    /// By population, [size × width]: outputs (of the readout: inputs without rectification), then dE/d input.
    private let activity: [UnsafeMutablePointer<Vector>]
    private let adjoint: [UnsafeMutablePointer<Vector>]
    /// By population: units that are 0 for the whole batch.
    private var isSilent: [[Bool]]
    private let incoming: [[Int]]
    private let gain: Float
    private let drives: [[Float]]

    init(_ plan: RewiringPlan) {
        self.plan = plan
        batch = plan.options.batch
        width = (plan.options.batch + 3) / 4
        let network = plan.network
        order = (RewiringPlan.settled(network)?.order ?? []).filter { network.populations[$0].cell.neuron != nil }
        sizes = network.populations.map(\.size)
        let width = width
        activity = sizes.map { Self.rows($0 * width) }
        adjoint = sizes.map { Self.rows($0 * width) }
        isSilent = sizes.map { [Bool](repeating: false, count: $0) }
        incoming = network.populations.ids.map { id in
            plan.projections.indices.filter { network.projections[plan.projections[$0].id].post == id }
        }
        gain = if case .direct(let gain) = plan.task.encoder { Float(gain) } else { 1 }
        drives = network.populations.ids.map { network.dynamics(of: $0)?.drive.map { Float($0) } ?? [] }
    }

    private static func rows(_ count: Int) -> UnsafeMutablePointer<Vector> {
        let pointer = UnsafeMutablePointer<Vector>.allocate(capacity: max(1, count))
        pointer.initialize(repeating: .zero, count: max(1, count))
        return pointer
    }

    deinit {
        for pointer in activity + adjoint { pointer.deallocate() }
    }

    private func population(before projection: Int) -> Int { plan.network.projections[plan.projections[projection].id].pre.index }

    // MARK: Forward

    /// Puts samples into the input rows.
    func load(_ samples: DataSamples, _ indices: ArraySlice<Int>) {
        let input = plan.task.input.index
        let rows = UnsafeMutableRawPointer(activity[input]).assumingMemoryBound(to: Float.self)
        activity[input].update(repeating: .zero, count: sizes[input] * width)
        var values = [Float](repeating: 0, count: samples.sampleSize)
        for (column, index) in indices.enumerated() {
            var span = values.mutableSpan
            samples.copy(index, into: &span)
            for n in 0..<sizes[input] where values[n] != 0 { rows[n * 4 * width + column] = values[n] * gain }
        }
        noteSilence(input)
    }

    private func noteSilence(_ population: Int) {
        let rows = activity[population]
        for n in 0..<sizes[population] {
            var any = Vector.zero
            for v in 0..<width { any += rows[n * width + v] }
            // Outputs are never below 0, but inputs may be.
            isSilent[population][n] = any == .zero && (0..<width).allSatisfy { rows[n * width + $0] == .zero }
        }
    }

    /// - Parameter biases: by population; empty where the model's own hold.
    func forward(biases: [[Float]]) {
        for id in order {
            let population = id.index
            let rows = activity[population]
            let drive = biases[population].isEmpty ? drives[population] : biases[population]
            for n in 0..<sizes[population] {
                for v in 0..<width { rows[n * width + v] = Vector(repeating: drive[n]) }
            }
            for projection in incoming[population] { propagate(projection, to: rows) }
            guard id != plan.readout.population else { continue }
            for k in 0..<sizes[population] * width { rows[k].replace(with: 0, where: rows[k] .< 0) }
            noteSilence(population)
        }
    }

    private func propagate(_ projection: Int, to rows: UnsafeMutablePointer<Vector>) {
        let table = plan.projections[projection].table
        let (source, target, theta, sign) = (table.source, table.target, table.theta, table.sign)
        let pre = population(before: projection)
        let inputs = activity[pre]
        let width = width
        isSilent[pre].withUnsafeBufferPointer { isSilent in
            for slot in 0..<table.count where !isSilent[Int(source[slot])] {
                let weight = sign[slot] * theta[slot]
                let input = inputs + Int(source[slot]) &* width
                let output = rows + Int(target[slot]) &* width
                for v in 0..<width { output[v] += input[v] * weight }
            }
        }
    }

    /// Scores of the readout: the input of each unit, for one column of the batch.
    func scores(column: Int) -> [Double] {
        let readout = plan.readout.population.index
        let rows = UnsafeMutableRawPointer(activity[readout]).assumingMemoryBound(to: Float.self)
        return (0..<sizes[readout]).map { Double(rows[$0 * 4 * width + column]) }
    }

    // MARK: Back

    /// Sets dE/d score of one column.
    func setError(_ gradient: [Double], column: Int, factor: Double) {
        let readout = plan.readout.population.index
        let rows = UnsafeMutableRawPointer(adjoint[readout]).assumingMemoryBound(to: Float.self)
        for n in 0..<sizes[readout] { rows[n * 4 * width + column] = Float(gradient[n] * factor) }
    }

    func clearErrors() {
        for population in sizes.indices { adjoint[population].update(repeating: .zero, count: sizes[population] * width) }
    }

    /// The way back through all populations, moving thetas and biases on the way.
    /// - Parameter step: counts the steps of the training.
    func backward(law: RewiringLaw<Float>, biasRate: Float, biases: inout [[Float]], step: Int) {
        for id in order.reversed() {
            let population = id.index
            let errors = adjoint[population]
            if id != plan.readout.population {
                let outputs = activity[population]
                for k in 0..<sizes[population] * width { errors[k].replace(with: 0, where: outputs[k] .<= 0) }
            }
            if !biases[population].isEmpty {
                for n in 0..<sizes[population] {
                    var sum = Vector.zero
                    for v in 0..<width { sum += errors[n * width + v] }
                    biases[population][n] -= biasRate * sum.sum()
                }
            }
            for projection in incoming[population] { retreat(projection, errors, law, step) }
        }
    }

    private func retreat(_ projection: Int, _ errors: UnsafeMutablePointer<Vector>, _ law: RewiringLaw<Float>, _ step: Int) {
        let moving = plan.projections[projection]
        let table = moving.table
        let (source, target, theta, sign) = (table.source, table.target, table.theta, table.sign)
        let pre = population(before: projection)
        let (inputs, back) = (activity[pre], adjoint[pre])
        let propagates = plan.network.populations.elements[pre].cell.neuron != nil
        let width = width
        let stream = moving.chance.noise.split(step)
        var normals: (Float, Float) = (0, 0)
        isSilent[pre].withUnsafeBufferPointer { isSilent in
            for slot in 0..<table.count {
                if slot & 1 == 0 { normals = RewiringChance.pair(stream, slot >> 1) }
                let from = Int(source[slot])
                let error = errors + Int(target[slot]) &* width
                var gradient: Float = 0
                if !isSilent[from] {
                    let input = inputs + from &* width
                    var sum = Vector.zero
                    for v in 0..<width { sum += input[v] * error[v] }
                    gradient = sum.sum() * sign[slot]
                    // A unit that is silent for the whole batch hands nothing back.
                    if propagates {
                        let weight = sign[slot] * theta[slot]
                        let sink = back + from &* width
                        for v in 0..<width { sink[v] += error[v] * weight }
                    }
                }
                theta[slot] = law.moved(theta[slot], gradient: gradient, normal: slot & 1 == 0 ? normals.0 : normals.1)
            }
        }
    }
}
