import Diagnostics
import Foundation
import FrontEnd
import Networks
import Storage
import Support
import Testing

@Suite struct DataSetTests {
    static let shipped = DataSearch(folders: ["\(testsFolder)/../Models/data"])

    @Test func `digits ship with the package`() throws {
        let digits = try loadData(.named("digits8x8"), split: .fraction(0.2), seed: 42, searchPath: Self.shipped)
        #expect(digits.sampleShape == [8, 8])
        #expect(digits.classes.count == 10)
        #expect((digits.train.count, digits.test.count) == (1438, 359))
        guard case .bytes = digits.train.table else {
            Issue.record("bytes did not stay bytes")
            return
        }
        // The first line of the file: 0,0,5,13,9,…,0 with label 0.
        let all = try loadData(.named("digits8x8"), split: .tail(0.2), seed: 42, searchPath: Self.shipped)
        let expected: [Float] = [0, 0, 0.3125, 0.8125, 0.5625]
        #expect(Array(all.train.values(0).prefix(5)) == expected)
        #expect(all.train.labels[0] == 0)
        #expect(all.train.identity(of: 7) == 7)
        #expect(all.test.identity(of: 0) == 1438)
    }

    @Test func `a drawn split holds every sample once, and depends on the seed alone`() throws {
        func split(_ seed: UInt64) throws -> (train: [Int32], test: [Int32]) {
            let data = try loadData(.named("digits8x8"), split: .fraction(0.2), seed: seed, searchPath: Self.shipped)
            return (data.train.rows, data.test.rows)
        }
        let (one, again, other) = (try split(42), try split(42), try split(43))
        #expect((one.train + one.test).sorted() == Array(0..<1797))
        #expect(one == again)
        #expect(one.test != other.test)
        #expect(one.test == one.test.sorted())
    }

    @Test func `yin-yang draws the published training and test sets`() throws {
        let source = DataSource.generated(.yinYang(train: 50, test: 20, seed: 42))
        let data = try loadData(source, split: .given, seed: 1, searchPath: DataSearch(folders: []))
        let (train, test) = (YinYang(count: 50, seed: 42), YinYang(count: 20, seed: 40))
        #expect(data.train.doubles(3) == Array(train.features[12..<16]))
        #expect(data.test.doubles(19) == Array(test.features[76..<80]))
        #expect(data.test.labels == test.labels.map { Int32($0) })
        #expect(data.test.identity(of: 0) == 50)
        #expect(data.classes == ["yin", "yang", "dot"])
    }

    /// Lists of events hold spikes, not numbers: `TrialTaskTests`.
    @Test(arguments: DataSource.DataFiles.Format.allCases.filter { $0 != .events })
    func `reads the same samples from every format`(_ format: DataSource.DataFiles.Format) throws {
        try withTemporaryDirectory { folder in
            let values: [UInt8] = [0, 51, 255, 102, 17, 34]
            let files = DataSource.DataFiles(
                format: format, samples: format == .hdf5 ? "data.h5:/x" : "x",
                labels: format == .csv ? nil : format == .hdf5 ? "data.h5:/y" : "y",
                scale: 255)
            switch format {
            case .events: break
            case .csv: try ByteFile.write("0,51,0\n255,102,2\n17,34,1\n", to: "\(folder)/x")
            case .idx:
                try ByteFile.write([0, 0, 8, 2, 0, 0, 0, 3, 0, 0, 0, 2] + values, to: "\(folder)/x")
                try ByteFile.write([0, 0, 8, 1, 0, 0, 0, 3, 0, 2, 1], to: "\(folder)/y")
            case .npy:
                try ByteFile.write(NPY.serialize(NumericArray(values, shape: [3, 2])), to: "\(folder)/x")
                try ByteFile.write(NPY.serialize(NumericArray([0, 2, 1] as [Int64])), to: "\(folder)/y")
            case .hdf5:
                try HDF5File.write(to: "\(folder)/data.h5") { file throws(DiagnosticsError) in
                    try file.write(NumericArray(values, shape: [3, 2]), to: "/x")
                    try file.write(NumericArray([0, 2, 1] as [Int32]), to: "/y")
                }
            }
            let data = try loadData(.files(files), split: .tail(0.3), seed: 0, searchPath: DataSearch(folders: [folder]))
            #expect(data.train.values(0) == [0, 0.2])
            #expect(data.train.values(1) == [1, 0.4])
            #expect(data.train.labels == [0, 2])
            #expect(data.test.labels == [1])
            #expect(data.sampleShape == [2])
            #expect(data.classes == ["0", "1", "2"])
        }
    }

    @Test func `looks where the model, the user, the environment and the cache say, in this order`() {
        let search = DataSearch(
            modelFile: "nets/a.yaml", dataFolders: ["given"], environment: ["SPIKEWRIGHT_DATA": "one:two", "HOME": "/home/me"],
            programFile: nil)
        #expect(search.folders == ["nets", "nets/data", "given", "one", "two", "/home/me/.cache/spikewright"])
        let cached = DataSearch(
            modelFile: "a.yaml", dataFolders: [], environment: ["XDG_CACHE_HOME": "/c", "HOME": "/h"], programFile: nil)
        #expect(cached.folders == [".", "./data", "/c/spikewright"])
    }

    @Test func `finds what ships beside the program`() throws {
        try withTemporaryDirectory { folder in
            try FileManager.default.createDirectory(atPath: "\(folder)/Models/data", withIntermediateDirectories: true)
            let search = DataSearch(
                modelFile: nil, dataFolders: [], environment: [:], programFile: "\(folder)/.build/x/release/spikewright")
            #expect(search.folders == ["\(folder)/Models/data"])
        }
    }
}
