package import Diagnostics
import Storage

extension NetXFile {
    /// Reads a file of dense layers.
    /// - Throws: what is missing, malformed, or of a kind that we do not run.
    package static func read(_ path: String) throws(DiagnosticsError) -> NetXNetwork {
        let file = try HDF5File.open(path)
        let names = try file.members(of: "layer")
        var inputs: Int?
        var layers: [NetXNetwork.Layer] = []
        for number in 0..<names.count {
            let group = "layer/\(number)"
            guard names.contains(String(number)) else { throw malformed(path, "layers are not numbered from 0 on: \(group) is missing") }
            switch try file.readStrings("\(group)/type").first ?? "" {
            case "input":
                guard number == 0, file.kind(of: "\(group)/neuron") == nil else {
                    throw malformed(path, "\(group) is an input with neurons, or not the first layer")
                }
                let shape = try file.readIntegers("\(group)/shape")
                guard !shape.isEmpty, shape.allSatisfy({ (1...1 << 24).contains($0) }), shape.count <= 3 else {
                    throw malformed(path, "\(group)/shape is \(shape)")
                }
                inputs = shape.reduce(1) { $0.multipliedReportingOverflow(by: $1).partialValue }
            case "dense": layers.append(try layer(file, path, group, inputs: layers.last?.outputs ?? inputs))
            case let type: throw malformed(path, "\(group) is of the type '\(type)'; 'input' and 'dense' are known")
            }
        }
        guard let first = inputs ?? layers.first?.inputs else { throw malformed(path, "it has no layers") }
        let steps = file.kind(of: "simulation/tSample") == .dataset ? try file.readInteger("simulation/tSample") : 0
        return NetXNetwork(inputs: first, layers: layers, sampleSteps: steps)
    }

    private static func layer(_ file: HDF5File, _ path: String, _ group: String, inputs: Int?) throws(DiagnosticsError) -> NetXNetwork.Layer
    {
        let shape = try file.readIntegers("\(group)/shape")
        guard shape.count == 1, let outputs = shape.first, (1...1 << 24).contains(outputs) else {
            throw malformed(path, "\(group)/shape is \(shape), and a dense layer has one dimension")
        }
        let weights = try integers(file, path, "\(group)/weight")
        guard !weights.isEmpty, weights.count % outputs == 0 else {
            throw malformed(path, "\(group)/weight has \(weights.count) entries for \(outputs) outputs")
        }
        let count = weights.count / outputs
        guard inputs ?? count == count else { throw malformed(path, "\(group) has \(count) inputs, and \(inputs ?? 0) come in") }
        var bias: [Int32]?
        if file.kind(of: "\(group)/bias") == .dataset {
            bias = try integers(file, path, "\(group)/bias")
            guard bias?.count == outputs else { throw malformed(path, "\(group)/bias has \(bias?.count ?? 0) entries for \(outputs)") }
        }
        func register(_ name: String, _ range: ClosedRange<Int>) throws(DiagnosticsError) -> Int {
            let value = try file.readInteger("\(group)/neuron/\(name)")
            guard range.contains(value) else { throw malformed(path, "\(group)/neuron/\(name) is \(value), outside \(range)") }
            return value
        }
        let type = try file.readStrings("\(group)/neuron/type").first ?? ""
        guard type == "CUBA" || type == "LOIHI" else {
            throw malformed(path, "\(group) has neurons of the type '\(type)'; 'CUBA' and 'LOIHI' are known")
        }
        return NetXNetwork.Layer(
            inputs: count, outputs: outputs, weights: weights, bias: bias,
            delay: try delay(file, path, "\(group)/delay", inputs: count, outputs: outputs), currentDecay: try register("iDecay", 0...4096),
            membraneDecay: try register("vDecay", 0...4096), threshold: try register("vThMant", 0...1 << 17),
            refractoryDelay: file.kind(of: "\(group)/neuron/refDelay") == .dataset ? try register("refDelay", 0...63) : 1)
    }

    private static func delay(
        _ file: HDF5File, _ path: String, _ name: String, inputs: Int, outputs: Int
    ) throws(DiagnosticsError) -> NetXNetwork.Delay {
        guard file.kind(of: name) == .dataset else { return .none }
        let shape = try file.describe(name).shape
        let delays = try integers(file, path, name).map { min($0, 62) }
        if let negative = delays.first(where: { $0 < 0 }) { throw malformed(path, "\(name) holds \(negative)") }
        if delays.count == 1, let delay = delays.first { return .uniform(delay) }
        if shape == [outputs] { return .perOutput(delays) }
        if shape == [inputs] { return .perInput(delays) }
        if shape == [outputs, inputs] { return .perSynapse(delays) }
        throw malformed(path, "\(name) has the shape \(shape) for \(inputs) inputs and \(outputs) outputs")
    }

    /// Numbers as the reader takes them: reals lose their fraction.
    private static func integers(_ file: HDF5File, _ path: String, _ name: String) throws(DiagnosticsError) -> [Int32] {
        let values = try file.read(name).doubles
        if let stranger = values.first(where: { !($0.magnitude < 0x1p31) }) { throw malformed(path, "\(name) holds \(stranger)") }
        return values.map { Int32($0) }
    }

    private static func malformed(_ path: String, _ what: String) -> DiagnosticsError {
        DiagnosticsError(
            Diagnostic("netx-malformed", "\(path): \(what)", help: "files of lava-dl's netx with dense layers of CUBA neurons can be read"))
    }
}
