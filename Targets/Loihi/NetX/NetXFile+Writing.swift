package import Diagnostics
import Storage

/// The HDF5 layout of `.net` files, as lava-dl writes and reads it (`Documentation/Targets/netx.md`).
package enum NetXFile {
    static let typeLength = 10

    package static func write(_ network: NetXNetwork, to path: String) throws(DiagnosticsError) {
        try HDF5File.write(to: path) { file throws(DiagnosticsError) in
            try file.write(strings: ["input"], length: typeLength, to: "layer/0/type")
            try file.write([Int64(network.inputs)], to: "layer/0/shape")
            for (number, layer) in network.layers.enumerated() { try write(layer, "layer/\(number + 1)", to: file) }
            try file.write(scalar: Int64(1), to: "simulation/Ts")
            try file.write(scalar: Int64(network.sampleSteps), to: "simulation/tSample")
        }
    }

    private static func write(_ layer: NetXNetwork.Layer, _ group: String, to file: HDF5File) throws(DiagnosticsError) {
        try file.write(strings: ["dense"], length: typeLength, to: "\(group)/type")
        try file.write([Int64(layer.outputs)], to: "\(group)/shape")
        try file.write(scalar: Int64(layer.inputs), to: "\(group)/inFeatures")
        try file.write(scalar: Int64(layer.outputs), to: "\(group)/outFeatures")
        try file.write(layer.weights, shape: [layer.outputs, layer.inputs], to: "\(group)/weight")
        if let bias = layer.bias { try file.write(bias, to: "\(group)/bias") }
        try write(layer, delay: "\(group)/delay", to: file)
        try file.write(strings: ["CUBA"], length: typeLength, to: "\(group)/neuron/type")
        try file.write(scalar: Int64(layer.currentDecay), to: "\(group)/neuron/iDecay")
        try file.write(scalar: Int64(layer.membraneDecay), to: "\(group)/neuron/vDecay")
        try file.write(scalar: Int64(layer.threshold), to: "\(group)/neuron/vThMant")
        try file.write(scalar: Int64(layer.refractoryDelay), to: "\(group)/neuron/refDelay")
        try file.write(scalar: false, to: "\(group)/neuron/gradedSpike")
    }

    /// A list of delays is read as one for each output where inputs and outputs are as many, so delays of inputs are then spread out.
    private static func write(_ layer: NetXNetwork.Layer, delay name: String, to file: HDF5File) throws(DiagnosticsError) {
        switch layer.delay {
        case .none: return
        case .uniform(let delay): try file.write(scalar: delay, to: name)
        case .perOutput(let delays): try file.write(delays, to: name)
        case .perInput(let delays) where layer.inputs != layer.outputs: try file.write(delays, to: name)
        case .perInput(let delays):
            try file.write((0..<layer.outputs).flatMap { _ in delays }, shape: [layer.outputs, layer.inputs], to: name)
        case .perSynapse(let delays): try file.write(delays, shape: [layer.outputs, layer.inputs], to: name)
        }
    }
}
