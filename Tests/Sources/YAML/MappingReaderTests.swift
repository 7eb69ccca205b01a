import Diagnostics
import Support
import Testing
import YAML

/// A description with one key of each kind, such as the front end reads.
private struct Sample: Equatable {
    enum Reset: String, CaseIterable {
        case subtract
        case toValue = "to_value"
        case none
    }

    var size = 0
    var scale = 1.0
    var tau: Double?
    var share: Double?
    var isExact = false
    var title: String?
    var shape: [Int] = []
    var reset = Reset.subtract
    var order: Int?
    var cell: String?
    var options: [String] = []
    var threshold: Double?

    init(_ node: Node, _ collector: inout DiagnosticCollector) {
        var reader = MappingReader(node, of: "population 'digit'")
        size = reader.required("size", .integer(atLeast: 1, atMost: 4096)) ?? 0
        scale = reader.value("scale", .real(above: 0), default: 1)
        tau = reader.optional("tau", .quantity(in: "ms", above: 0, below: 1000))
        threshold = reader.optional("threshold", .quantity(in: "mV"))
        share = reader.optional("share", .fraction)
        isExact = reader.value("exact", .bool, default: false)
        title = reader.optional("title", .text)
        shape = reader.value("shape", .list(of: .integer(atLeast: 1), count: 1...3), default: [])
        reset = reader.value("reset", .choice(of: Reset.self), default: .subtract)
        order = reader.optional("order", .choice(["first": 1, "second": 2, "zweite": 2]))
        if let variant = reader.optional("cell", .variant(among: ["lif", "alif", "if_curr_exp"])) {
            cell = variant.name
            var options = MappingReader(variant.options, of: "cell '\(variant.name)'", keys: "parameter")
            for key in ["tau_m", "v_thresh", "v_reset"] where options.optional(key, .real) != nil { self.options.append(key) }
            options.finish(into: &reader.collector)
        }
        reader.finish(into: &collector)
    }

    static func read(_ text: String) throws(DiagnosticsError) -> Sample { try read(Array(text.utf8), "sample.yaml") }

    @discardableResult
    static func read(_ bytes: [UInt8], _ file: String) throws(DiagnosticsError) -> Sample {
        var collector = DiagnosticCollector()
        let sample = Sample(try parseYAML(bytes, file: file), &collector)
        try collector.throwIfErrors()
        return sample
    }
}

@Suite struct MappingReaderTests {
    @Test func readsEveryKindOfValue() throws {
        let sample = try Sample.read(
            """
            size: 10
            scale: 1e-3
            tau: 0.02 s
            threshold: -65
            share: 7 %
            exact: true
            title: '10'
            shape: [8, 8]
            reset: to_value
            order: zweite
            cell: {lif: {v_thresh: 1, tau_m: 20}}
            """)
        #expect(sample.size == 10)
        #expect(sample.scale == 1e-3)
        #expect(sample.tau == 20)
        #expect(sample.threshold == -65)
        #expect(sample.share == 0.07)
        #expect(sample.isExact)
        #expect(sample.title == "10")
        #expect(sample.shape == [8, 8])
        #expect(sample.reset == .toValue)
        #expect(sample.order == 2)
        #expect(sample.cell == "lif")
        #expect(sample.options == ["tau_m", "v_thresh"])
    }

    @Test func takesDefaultsForWhatIsNotThere() throws {
        let sample = try Sample.read("{size: 3, cell: alif}")
        #expect(sample.scale == 1 && sample.tau == nil && !sample.isExact && sample.reset == .subtract && sample.cell == "alif")
    }

    @Test func takesAnEmptyValueForAnEmptyMapping() throws {
        let node = try parseYAML("setup:\n", file: "a.yaml")
        var reader = MappingReader(try #require(node["setup"]), of: "the setup")
        #expect(reader.optional("timestep") == nil)
        #expect(throws: Never.self) { try reader.finish() }
    }

    /// Every kind of faulty value ends in the message beside it; several faults come together.
    @Test(arguments: Golden.names(in: "errors/yaml-values"))
    func refuses(_ name: String) {
        expectGoldenError(name, in: "errors/yaml-values") { bytes, file throws(DiagnosticsError) in
            try Sample.read(bytes, file)
        }
    }
}
