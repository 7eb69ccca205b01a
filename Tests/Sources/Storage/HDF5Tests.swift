import Diagnostics
import Foundation
import Storage
import Support
import Testing

@Suite struct HDF5Tests {
    static let arrays: [NumericArray] = [
        NumericArray([-128, 0, 127] as [Int8]), NumericArray([0, 255] as [UInt8], shape: [1, 2]),
        NumericArray([.min, .max] as [Int16]), NumericArray([.min, .max] as [UInt16]), NumericArray([.min, .max] as [Int32]),
        NumericArray([.min, .max] as [UInt32]), NumericArray([.min, .max] as [Int64]), NumericArray([.min, .max] as [UInt64]),
        NumericArray([0.1, -.infinity] as [Float]), NumericArray([0.1, .greatestFiniteMagnitude, -0.0] as [Double]),
        NumericArray([true, false, true]), NumericArray([Int32](), shape: [0, 3]), NumericArray(scalar: 42),
        NumericArray((0..<24).map { Float($0) }, shape: [2, 3, 4]),
    ]

    @Test(arguments: arrays, [nil, 6] as [Int?])
    func `numbers come back in their type and shape`(array: NumericArray, deflate: Int?) throws {
        try withTemporaryDirectory { directory in
            try HDF5File.write(to: directory + "/a.h5") { file throws(DiagnosticsError) in
                try file.write(array, to: "group/sub/array", deflate: deflate)
            }
            let file = try HDF5File.open(directory + "/a.h5")
            #expect(try file.read("group/sub/array") == array)
            #expect(try file.describe("group/sub/array") == .init(shape: array.shape, content: .numbers(array.elementType)))
        }
    }

    /// A file still being written is read by the library, a finished one without it.
    @Test func `the library and the reader of damaged files agree`() throws {
        try withTemporaryDirectory { directory in
            let path = directory + "/a.h5"
            let written = try HDF5File.create(path)
            for (index, array) in Self.arrays.enumerated() {
                try written.write(array, to: "plain/\(index)")
                try written.write(array, to: "packed/\(index)", deflate: 9)
            }
            let large = NumericArray((0..<300 * 777).map { Int32($0) }, shape: [300, 777])
            try written.write(large, to: "packed/large", deflate: 1)
            try written.write(strings: ["a", "bc"], to: "strings")
            try written.write(texts: ["µ", "", "z"], to: "texts")
            func contents(_ file: HDF5File) throws -> [String: NumericArray] {
                var contents: [String: NumericArray] = [:]
                for group in ["plain", "packed"] {
                    for name in try file.members(of: group) { contents["\(group)/\(name)"] = try file.read("\(group)/\(name)") }
                }
                contents["rows"] = try file.read("packed/large", rows: 100..<290)
                return contents
            }
            let byLibrary = try contents(written)
            #expect(try written.readStrings("strings") == ["a", "bc"])
            #expect(try written.readStrings("texts") == ["µ", "", "z"])
            #expect(identifiers { try written.read("plain/none") } == ["storage-hdf5-missing"])
            #expect(identifiers { try written.read("packed/large", rows: 0..<301) } == ["storage-hdf5-type"])
            try written.close()
            let byImage = try contents(try HDF5File.open(path))
            #expect(byLibrary.count == 2 * Self.arrays.count + 2)
            #expect(byLibrary == byImage)
            #expect(byImage["rows"] == large.rows(100..<290))
        }
    }

    @Test func `strings come back without their padding`() throws {
        try withTemporaryDirectory { directory in
            let path = directory + "/a.h5"
            try HDF5File.write(to: path) { file throws(DiagnosticsError) in
                try file.write(strings: ["dense"], length: 10, to: "fixed")
                try file.write(strings: ["a", "bcd", "", "ef"], shape: [2, 2], to: "table")
                try file.write(text: "Größe µ", to: "text")
                try file.write(texts: ["one", "", "three"], to: "texts")
            }
            let file = try HDF5File.open(path)
            #expect(try file.readString("fixed") == "dense")
            #expect(try file.readStrings("table") == ["a", "bcd", "", "ef"])
            #expect(try file.describe("table").shape == [2, 2])
            #expect(try file.readString("text") == "Größe µ")
            #expect(try file.readStrings("texts") == ["one", "", "three"])
        }
    }

    @Test func `groups list their members in alphabetical order`() throws {
        try withTemporaryDirectory { directory in
            let path = directory + "/a.h5"
            try HDF5File.write(to: path) { file throws(DiagnosticsError) in
                for name in ["c", "a", "10", "b", "9"] { try file.createGroup("layer/" + name) }
                try file.write(scalar: true, to: "layer/flag")
            }
            let file = try HDF5File.open(path)
            #expect(try file.members() == ["layer"])
            #expect(try file.members(of: "layer") == ["10", "9", "a", "b", "c", "flag"])
            #expect(file.kind(of: "layer/a") == .group)
            #expect(file.kind(of: "layer/flag") == .dataset)
            #expect(file.kind(of: "layer/flag/x") == nil)
            #expect(file.kind(of: "nothing/at/all") == nil)
        }
    }

    @Test func `rows are read without the rest`() throws {
        try withTemporaryDirectory { directory in
            let path = directory + "/a.h5"
            let array = NumericArray((0..<600).map { Int16($0) }, shape: [100, 3, 2])
            try HDF5File.write(to: path) { file throws(DiagnosticsError) in
                try file.write(array, to: "plain")
                try file.write(array, to: "packed", deflate: 1)
            }
            let file = try HDF5File.open(path)
            for name in ["plain", "packed"] {
                #expect(try file.read(name, rows: 17..<40) == array.rows(17..<40))
                #expect(try file.read(name, rows: 5..<5).shape == [0, 3, 2])
                #expect(identifiers { try file.read(name, rows: 99..<101) } == ["storage-hdf5-type"])
            }
        }
    }

    @Test func `equal contents give equal bytes`() throws {
        try withTemporaryDirectory { directory in
            func make(_ name: String) throws -> [UInt8] {
                try HDF5File.write(to: directory + name) { file throws(DiagnosticsError) in
                    for (index, array) in Self.arrays.enumerated() {
                        try file.write(array, to: "part \(index)/plain")
                        try file.write(array, to: "part \(index)/packed", deflate: 6)
                        try file.write(strings: ["x\(index)"], to: "part \(index)/name")
                    }
                }
                return try ByteFile.readRaw(directory + name)
            }
            let first = try make("/a.h5")
            Thread.sleep(forTimeInterval: 1.1)  // times in the file would have the resolution of a second
            #expect(try make("/b.h5") == first)
            #expect(first[8] == 0, "superblock version")
        }
    }

    @Test func `faults name what is there`() throws {
        try withTemporaryDirectory { directory in
            let path = directory + "/a.h5"
            try HDF5File.write(to: path) { file throws(DiagnosticsError) in
                try file.write([1, 2], to: "layer/weight")
                try file.write(strings: ["x"], to: "layer/type")
            }
            let file = try HDF5File.open(path)
            let missing = #expect(throws: DiagnosticsError.self) { try file.read("layer/wieght") }
            #expect(missing?.diagnostics.first?.help == "did you mean 'weight'?")
            #expect(identifiers { try file.read("layer") } == ["storage-hdf5-missing"])
            #expect(identifiers { try file.read("layer/type") } == ["storage-hdf5-type"])
            #expect(identifiers { try file.readStrings("layer/weight") } == ["storage-hdf5-type"])
            #expect(identifiers { try file.readInteger("layer/weight") } == ["storage-hdf5-type"])
            #expect(identifiers { try file.read("layer/weight", limit: 8) } == ["storage-too-large"])
            #expect(identifiers { _ = try HDF5File.open(directory + "/none.h5") } == ["storage-cannot-read"])
            #expect(identifiers { _ = try HDF5File.open(directory) } == ["storage-cannot-read"])
            #expect(identifiers { _ = try HDF5File.create(directory + "/no/such/a.h5") } == ["storage-cannot-write"])
            try ByteFile.write("not HDF5", to: directory + "/text.h5")
            #expect(identifiers { _ = try HDF5File.open(directory + "/text.h5") } == ["storage-hdf5-malformed"])
        }
    }

    /// Files that h5py wrote, with the same numbers beside them in JSON.
    @Test(arguments: ["small_5", "small_6", "small_7"])
    func `networks of another origin are read exactly`(name: String) throws {
        let folder = testsFolder + "/Vectors/golden/loihi/netx/"
        let expected = try JSONValue(file: folder + name + ".json")
        let file = try HDF5File.open(folder + name + ".net")
        let layers = try file.members(of: "layer")
        #expect(layers.count == (expected["weights"]?.array?.count ?? 0) + 1)
        #expect(try file.readString("layer/0/type") == "input")
        for (index, weights) in (expected["weights"]?.array ?? []).enumerated() {
            let group = "layer/\(index + 1)"
            #expect(try file.readString(group + "/type") == "dense")
            let rows = weights.array?.compactMap(\.ints) ?? []
            let stored = try file.read(group + "/weight")
            #expect(stored.elementType == .int32)
            #expect(stored.shape == [rows.count, rows.first?.count ?? 0])
            #expect(stored.integers == rows.flatMap { $0 })
            #expect(try file.readInteger(group + "/outFeatures") == rows.count)
            #expect(try file.read(group + "/neuron/gradedSpike") == NumericArray([false], shape: []))
            #expect(try file.describe(group + "/type") == .init(shape: [1], content: .strings))
        }
    }
}

/// The ids of the diagnostics that `body` ends in.
func identifiers<Value>(_ body: () throws -> Value) -> [String] {
    do {
        _ = try body()
        return []
    } catch let error as DiagnosticsError {
        return error.diagnostics.map(\.id)
    } catch {
        return ["not a diagnostic: \(error)"]
    }
}
