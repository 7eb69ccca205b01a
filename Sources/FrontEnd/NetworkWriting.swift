public import Diagnostics
public import Networks
import Numerics
import Storage
import YAML

/// Writes a network to a YAML file; lists of more than 64 numbers go to an HDF5 file beside it, `<name>.weights.h5`.
///
/// Each file appears in one step, the numbers before the description. Whatever file a tensor was read from, it is written anew,
/// so that the network can be moved with its two files.
/// - Returns: the path of the HDF5 file, or nil when none was needed.
@discardableResult
public func writeNetwork(_ network: Network, to path: String) throws(DiagnosticsError) -> String? {
    var network = network
    for id in network.projections.ids {
        network.projections[id].weight = network.projections[id].weight.withoutOrigin
        network.projections[id].delay = network.projections[id].delay.withoutOrigin
    }
    let datasets = NetworkDatasets(of: network)
    let stem = path.hasSuffix(".yaml") ? String(path.dropLast(5)) : path.hasSuffix(".yml") ? String(path.dropLast(4)) : path
    let numbersPath = stem + ".weights.h5"
    let numbersName = numbersPath.split(separator: "/").last.map(String.init) ?? numbersPath
    var printer = NetworkPrinter(network)
    printer.reference = { key in
        guard datasets.arrays.contains(where: { $0.key == key }) else { return nil }
        return Node(.mapping([Node.Entry("file", Node(numbersName)), Node.Entry("dataset", Node("/" + key))]))
    }
    if !datasets.arrays.isEmpty {
        try HDF5File.write(to: numbersPath) { file throws(DiagnosticsError) in
            var groups: Set<String> = []
            for (key, array) in datasets.arrays {
                var group = ""
                for part in key.split(separator: "/").dropLast() {
                    group += "/" + part
                    if groups.insert(group).inserted { try file.createGroup(group) }
                }
                try file.write(array, to: "/" + key)
            }
        }
    }
    try ByteFile.write(printYAML(printer.tree), to: path)
    return datasets.arrays.isEmpty ? nil : numbersPath
}

/// The arrays of a network that are too long for its YAML, by the paths that they have in an HDF5 file.
private struct NetworkDatasets {
    static let longestInline = 64

    private(set) var arrays: [(key: String, array: NumericArray)] = []

    init(of network: Network) {
        for population in network.populations {
            let key = "populations/\(population.name)"
            switch population.cell {
            case .neuron(let model):
                for definition in model.kind.parameters { add(model.values[definition.name], "\(key)/\(definition.name.rawValue)") }
            case .spikeSourcePoisson(let rate, _, _): add(rate, "\(key)/rate")
            case .input, .spikeSourceArray: break
            }
        }
        for projection in network.projections {
            let key = "projections/\(projection.name)"
            if case .list(let pairs) = projection.connector, pairs.count > Self.longestInline {
                arrays.append(("\(key)/list", NumericArray(pairs.flatMap { [$0.source, $0.target] }, shape: [pairs.count, 2])))
            }
            if case .tensor(let tensor) = projection.weight, tensor.values.count > Self.longestInline {
                arrays.append(("\(key)/weight", NumericArray(tensor.values, shape: tensor.shape)))
            }
            if case .tensor(let tensor) = projection.delay, tensor.values.count > Self.longestInline {
                // Files hold delays in ms.
                let delays = tensor.values.map { Double($0) * network.timestep }
                arrays.append(("\(key)/delay", NumericArray(delays, shape: tensor.shape)))
            }
        }
    }

    private mutating func add(_ parameter: Parameter?, _ key: String) {
        guard case .perNeuron(let values) = parameter, values.count > Self.longestInline else { return }
        arrays.append((key, NumericArray(values)))
    }
}

extension ValueRule {
    fileprivate var withoutOrigin: ValueRule {
        guard case .tensor(var tensor) = self else { return self }
        tensor.origin = nil
        return .tensor(tensor)
    }
}
