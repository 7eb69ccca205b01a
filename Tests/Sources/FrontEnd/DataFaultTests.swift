import Diagnostics
import FrontEnd
import Networks
import Numerics
import Storage
import Support
import Testing

/// What is wrong with data ends in a diagnostic with its id, the names and the numbers.
@Suite struct DataFaultTests {
    func fault(_ source: DataSource, _ split: Split = .fraction(0.5), in folder: String = "/nowhere") -> Diagnostic? {
        do throws(DiagnosticsError) {
            _ = try loadData(source, split: split, seed: 1, searchPath: DataSearch(folders: [folder]))
            return nil
        } catch {
            return error.diagnostics.first
        }
    }

    func fault(csv text: String, scale: Double = 1, split: Split = .fraction(0.5)) throws -> Diagnostic? {
        try withTemporaryDirectory { folder in
            try ByteFile.write(text, to: "\(folder)/a.csv")
            return fault(.files(.init(format: .csv, samples: "a.csv", scale: scale)), split, in: folder)
        }
    }

    @Test func `an unknown name is told with the nearest one`() {
        let fault = fault(.named("fashion_mnits"))
        #expect(fault?.id == "data-unknown-set")
        #expect(fault?.label == "did you mean 'fashion_mnist'?")
    }

    @Test func `missing files are listed with their checksums and the folders`() {
        let fault = fault(.named("mnist"), .given)
        #expect(fault?.id == "data-missing-files")
        #expect(fault?.notes.count == 5)
        #expect(fault?.notes.first?.message.contains("ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db") == true)
        #expect(fault?.notes.last?.message == "looked in /nowhere")
    }

    @Test func `a wrong file of a known set is refused by its checksum`() throws {
        try withTemporaryDirectory { folder in
            try ByteFile.write("0,1\n", to: "\(folder)/digits8x8.csv")
            #expect(fault(.named("digits8x8"), in: folder)?.id == "data-checksum")
        }
    }

    @Test func `files that do not fit together are refused`() throws {
        #expect(fault(.files(.init(format: .npy, samples: "a.npy", labels: "b.npy")))?.id == "data-missing-file")
        #expect(fault(.files(.init(format: .npy, samples: "a.npy")))?.id == "data-labels-missing")
        #expect(fault(.files(.init(format: .hdf5, samples: "a.h5", labels: "a.h5:/y")))?.id == "data-hdf5-path")
        #expect(try fault(csv: "1\n2\n")?.id == "data-csv-columns")
        #expect(try fault(csv: "1,2\n1,2\n", scale: 0)?.id == "data-scale")
        let fractional = try fault(csv: "1,2.5\n1,2\n")
        #expect(fractional?.message.hasSuffix("is 2.5, not a class from 0 to 65535") == true)
        #expect(try fault(csv: "1,-1\n1,2\n")?.id == "data-label")
        #expect(try fault(csv: "a,b\n")?.id == "data-empty")
        try withTemporaryDirectory { folder in
            try ByteFile.write(NPY.serialize(NumericArray([1, .nan] as [Double], shape: [2, 1])), to: "\(folder)/x")
            try ByteFile.write(NPY.serialize(NumericArray([0, 1] as [Int32])), to: "\(folder)/two")
            try ByteFile.write(NPY.serialize(NumericArray([0, 1, 1] as [Int32])), to: "\(folder)/three")
            #expect(fault(.files(.init(format: .npy, samples: "x", labels: "two")), in: folder)?.id == "data-not-finite")
            #expect(fault(.files(.init(format: .npy, samples: "two", labels: "three")), in: folder)?.id == "data-count")
            let shapes = DataSource.DataFiles(format: .npy, samples: "two", labels: "two", testSamples: "x2", testLabels: "two")
            try ByteFile.write(NPY.serialize(NumericArray([1, 2, 3, 4] as [Float], shape: [2, 2])), to: "\(folder)/x2")
            #expect(fault(.files(shapes), .given, in: folder)?.id == "data-test-shape")
        }
    }

    @Test func `a split leaves both parts at least one sample`() throws {
        #expect(try fault(csv: "1,0\n2,1\n", split: .fraction(0.2))?.id == "data-split-empty")
        #expect(try fault(csv: "1,0\n2,1\n", split: .tail(1))?.id == "data-split-empty")
        #expect(try fault(csv: "1,0\n2,1\n", split: .fraction(.nan))?.id == "data-split-empty")
        #expect(try fault(csv: "1,0\n2,1\n", split: .given)?.id == "data-no-test-part")
    }

    @Test func `generators refuse what they cannot draw`() {
        #expect(fault(.generated(.yinYang(train: 0, test: 1, seed: 42)))?.id == "data-generator-size")
        #expect(fault(.generated(.yinYang(train: 1, test: 1, seed: 1 << 40)))?.id == "data-generator-seed")
    }

    @Test func `data that do not suit the network are refused with the numbers`() throws {
        func faults(_ encoder: Encoder, size: Int, classes: Int, scale: Double) throws -> [String] {
            try withTemporaryDirectory { folder in
                try ByteFile.write("1,2,0\n3,4,2\n", to: "\(folder)/a.csv")
                let source = DataSource.files(.init(format: .csv, samples: "a.csv", scale: scale))
                let network = Network(
                    name: "test",
                    populations: [
                        Population("in", shape: [size], cell: .input),
                        Population("out", shape: [classes], cell: .neuron(NeuronModel(.leaky))),
                    ],
                    task: Task(data: source, encoder: encoder, input: ID(0), split: .tail(0.5), steps: 4),
                    readout: Readout(ID(1), .spikeCount))
                do throws(DiagnosticsError) {
                    _ = try loadData(of: network, searchPath: DataSearch(folders: [folder]))
                    return []
                } catch { return error.diagnostics.map(\.id) }
            }
        }
        #expect(try faults(.poisson(maximum: 100), size: 2, classes: 3, scale: 4) == [])
        #expect(try faults(.direct(gain: 1), size: 2, classes: 3, scale: 1) == [])
        #expect(try faults(.poisson(maximum: 100), size: 3, classes: 2, scale: 1) == ["data-shape", "data-classes", "data-range"])
        #expect(try faults(.spikes, size: 2, classes: 3, scale: 1) == ["data-spikes-shape"])
    }
}
