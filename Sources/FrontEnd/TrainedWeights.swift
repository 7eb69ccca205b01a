public import Diagnostics
public import Networks
import Numerics
import Storage
import YAML

/// What training found, in one HDF5 file beside a description: `trained: digits.h5`.
///
/// The description keeps the rules from which training starts; the file holds, in float32, `/weight/<projection>` for each projection
/// that was trained (its free weights, as `SynapseRows` numbers them) and `/bias/<population>` where biases were. A value of the file
/// takes the place of the rule. Training in the loop fits weights to one target, which then has a file of its own:
/// `trained: {any: yin-yang.h5, brainscales2: yin-yang.brainscales2.h5}`. Where training moved the connections themselves, `/list/<projection>` [synapses × 2] holds source and
/// target of each, in the order of the weights, and takes the place of the connector.
public enum TrainedWeights {
    /// Writes what distinguishes `network` from a description with rules alone; the file appears in one step.
    public static func write(_ network: Network, to path: String) throws(DiagnosticsError) {
        try HDF5File.write(to: path) { (file: HDF5File) throws(DiagnosticsError) in
            for projection in network.projections {
                guard projection.isTrainable, case .tensor(let tensor) = projection.weight else { continue }
                if case .list(let pairs) = projection.connector {
                    try file.write(
                        NumericArray(pairs.flatMap { [$0.source, $0.target] }, shape: [pairs.count, 2]), to: "list/\(projection.name)")
                }
                try file.write(NumericArray(tensor.values, shape: tensor.shape), to: "weight/\(projection.name)")
            }
            for population in network.populations {
                guard case .perNeuron(let bias) = population.cell.neuron?.values[.bias] else { continue }
                try file.write(bias.map { Float($0) }, to: "bias/\(population.name)")
            }
        }
    }

    /// Puts the values of a file in the place of the rules.
    /// - Parameter name: the file as the user wrote it.
    public static func apply(_ path: String, named name: String, to network: inout Network) throws(DiagnosticsError) {
        let file = try HDF5File.open(path)
        for id in network.projections.ids {
            let dataset = "weight/\(network.projections[id].name)"
            guard file.kind(of: dataset) == .dataset else {
                guard network.projections[id].isTrainable else { continue }
                throw fault("'\(name)' holds no weights of the trainable projection '\(network.projections[id].name)': no '\(dataset)'")
            }
            let shape = try file.describe(dataset).shape
            if file.kind(of: "list/\(network.projections[id].name)") == .dataset {
                network.projections[id].connector = try list(of: id, in: file, named: name, network)
            }
            let count = SynapseRows(id, of: network).parameterCount
            guard product(of: shape) == count else {
                throw fault("'\(dataset)' of '\(name)' holds \(product(of: shape)) weights, the projection has \(count)")
            }
            let values = try file.read(dataset).floats
            guard values.allSatisfy(\.isFinite) else { throw fault("'\(dataset)' of '\(name)' holds NaN or infinity") }
            network.projections[id].weight = .tensor(Tensor(shape: shape, values: values, origin: "\(name):/\(dataset)"))
        }
        for id in network.populations.ids {
            let dataset = "bias/\(network.populations[id].name)"
            guard file.kind(of: dataset) == .dataset, var model = network.populations[id].cell.neuron else { continue }
            let (count, size) = (product(of: try file.describe(dataset).shape), network.populations[id].size)
            guard count == size else { throw fault("'\(dataset)' of '\(name)' holds \(count) biases, the population has \(size) neurons") }
            let bias = try file.read(dataset).doubles
            guard bias.allSatisfy(\.isFinite) else { throw fault("'\(dataset)' of '\(name)' holds NaN or infinity") }
            model[.bias] = .perNeuron(bias)
            network.populations[id].cell.neuron = model
        }
    }

    /// The connections that a file lists: pairs of neurons that exist, ascending, none twice.
    private static func list(
        of id: ID<Projection>, in file: HDF5File, named name: String, _ network: Network
    ) throws(DiagnosticsError) -> Connector {
        let projection = network.projections[id]
        let dataset = "list/\(projection.name)"
        let (sources, targets) = (network.populations[projection.pre].size, network.populations[projection.post].size)
        let shape = try file.describe(dataset).shape
        guard shape.count == 2, shape[1] == 2, product(of: shape) <= 2 * NetworkReader.longestList,
            let numbers = try file.read(dataset).integers
        else { throw fault("'\(dataset)' of '\(name)' is no list of sources and targets") }
        var pairs: [Connector.Pair] = []
        pairs.reserveCapacity(shape[0])
        for index in 0..<shape[0] {
            let (source, target) = (numbers[2 * index], numbers[2 * index + 1])
            guard (0..<sources).contains(source), (0..<targets).contains(target) else {
                throw fault(
                    "'\(dataset)' of '\(name)' connects \(source) to \(target), the populations have \(sources) and \(targets) neurons")
            }
            if let last = pairs.last, (Int(last.source), Int(last.target)) >= (source, target) {
                throw fault("'\(dataset)' of '\(name)' is not sorted by source and target, or lists a pair twice")
            }
            pairs.append(.init(source: Int32(source), target: Int32(target)))
        }
        return .list(pairs)
    }

    /// Saturates: a shape of a damaged file may be too large to count.
    private static func product(of shape: [Int]) -> Int {
        shape.reduce(1) { $0.multipliedReportingOverflow(by: $1).overflow ? .max : $0 * $1 }
    }

    private static func fault(_ message: String) -> DiagnosticsError {
        DiagnosticsError(
            Diagnostic(
                .trainedShape, message, at: nil,
                help: "train the model again (`spikewright train`), or remove the key 'trained' to start from the rules"))
    }
}

/// A file of values that training in the loop found for one target.
public struct TargetWeights: Hashable, Sendable {
    /// As `--target` names it.
    public var target: String
    /// The file as the user wrote it, and as it is seen from here.
    public var name: String
    public var path: String
    public var place: SourceRange?

    /// Puts the file's values in the place of those that `network` has.
    public func apply(to network: inout Network) throws(DiagnosticsError) {
        do throws(DiagnosticsError) { try TrainedWeights.apply(path, named: name, to: &network) } catch {
            throw DiagnosticsError(
                error.diagnostics.map {
                    var diagnostic = $0
                    diagnostic.place = diagnostic.place ?? place
                    return diagnostic
                })
        }
    }
}

extension NetworkReader {
    /// What stands for all targets that are not named.
    static let anyTarget = "any"

    /// The key `trained`: values from training take the place of the rules, unless the reader was told to leave them.
    mutating func readTrained(_ node: Node?, into network: inout Network) {
        guard let node else { return }
        guard let entries = node.mapping else { return readTrained(file: node, into: &network) }
        for entry in entries {
            if entry.key == Self.anyTarget {
                readTrained(file: entry.value, into: &network)
            } else if let name = read(text: entry.value), usesTrained {
                targetWeights.append(
                    TargetWeights(target: entry.key, name: name, path: resolvedPath(name, in: folder), place: entry.value.place))
            }
        }
    }

    private mutating func readTrained(file node: Node, into network: inout Network) {
        guard let name = read(text: node) else { return }
        guard usesTrained, !collector.hasErrors else { return }
        do throws(DiagnosticsError) {
            try TrainedWeights.apply(resolvedPath(name, in: folder), named: name, to: &network)
        } catch {
            for var diagnostic in error.diagnostics {
                diagnostic.place = diagnostic.place ?? node.place
                collector.report(diagnostic)
            }
        }
    }

    private mutating func read(text node: Node) -> String? {
        do throws(DiagnosticsError) { return try node.asString("'trained' of the network") } catch {
            collector.report(error)
            return nil
        }
    }
}
