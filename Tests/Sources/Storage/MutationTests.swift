import Diagnostics
import Foundation
import Numerics
import Storage
import Support
import Testing

/// Valid files, changed at random places: each must be read or end in diagnostics, without a crash and without hanging.
@Suite struct MutationTests {
    /// `bytes` with some of them changed, cut off or doubled.
    static func mutate(_ bytes: [UInt8], seed: UInt64) -> [UInt8] {
        let random = Philox(seed: seed, purpose: "mutation")
        var bytes = bytes
        for change in 0...random.integer(0, below: 4) where !bytes.isEmpty {
            let draw = random.split(change)
            let place = draw.integer(0, below: bytes.count)
            switch draw.integer(1, below: 8) {
            case 0: bytes.removeLast(draw.integer(2, below: bytes.count))
            case 1: bytes.remove(at: place)
            case 2: bytes.insert(contentsOf: bytes[place..<min(bytes.count, place + 8)], at: place)
            case 3: bytes[place] = 0xff
            case 4: bytes[place] = 0
            case 5: bytes[place] ^= 1 << UInt8(draw.integer(2, below: 8))
            default: bytes[place] = UInt8(draw.integer(2, below: 256))
            }
        }
        return bytes
    }

    static func survives(_ original: [UInt8], count: UInt64, read: ([UInt8]) throws -> Void) rethrows -> (read: Int, refused: Int) {
        var outcome = (read: 0, refused: 0)
        for seed in 0..<count {
            do {
                try read(mutate(original, seed: seed))
                outcome.read += 1
            } catch is DiagnosticsError {
                outcome.refused += 1
            }
        }
        return outcome
    }

    @Test func `npy`() throws {
        let original = NPY.serialize(NumericArray((0..<6).map { Float($0) }, shape: [2, 3]))
        let outcome = try Self.survives(original, count: 3000) { _ = try NPY.parse($0, named: "a").doubles }
        #expect(outcome.refused > 100 && outcome.read > 100)
    }

    @Test func `idx`() throws {
        let original: [UInt8] = [0, 0, 8, 2, 0, 0, 0, 2, 0, 0, 0, 3, 1, 2, 3, 4, 5, 6]
        let outcome = try Self.survives(original, count: 3000) { _ = try IDX.parse($0, named: "a").doubles }
        #expect(outcome.refused > 100 && outcome.read > 100)
    }

    @Test func `npz`() throws {
        for name in ["stored", "packed"] {
            let original = try ByteFile.readRaw(testsFolder + "/Golden/Storage/\(name).npz")
            let outcome = try Self.survives(original, count: 1500) {
                let archive = try NPZ($0, named: "a")
                for name in archive.names { _ = try archive.array(name, limit: 1 << 20).doubles }
            }
            #expect(outcome.refused > 100 && outcome.read > 100)
        }
    }

    @Test func `csv`() throws {
        let original = Array("a;b;c\n1;2.5;-3\n4;5e-3;6\n7;8;9\n".utf8)
        let outcome = try Self.survives(original, count: 3000) { _ = try CSV.parse($0, named: "a").array }
        #expect(outcome.refused > 100 && outcome.read > 100)
    }

    @Test func `json`() throws {
        let original = Array(#"{"a": [1, -2.5e3, null, true], "b": {"c": "d\u00b5\n"}, "e": []}"#.utf8)
        let outcome = try Self.survives(original, count: 3000) { _ = try JSONValue(parsing: $0, named: "a").text() }
        #expect(outcome.refused > 100 && outcome.read > 10)
    }

    @Test func `HDF5`() throws {
        try withTemporaryDirectory { directory in
            let path = directory + "/a.h5"
            try HDF5File.write(to: path) { file throws(DiagnosticsError) in
                try file.write((0..<40).map { Float($0) }, shape: [8, 5], to: "layer/weight", deflate: 6)
                try file.write([1, 2, 3], to: "layer/bias")
                try file.write(scalar: true, to: "layer/flag")
                try file.write(strings: ["dense"], length: 10, to: "layer/type")
                try file.write(texts: ["one", "two"], to: "names")
            }
            let original = try ByteFile.readRaw(path)
            let outcome = try Self.survives(original, count: 2000) { bytes in
                try Data(bytes).write(to: URL(filePath: path))
                try Self.readAll(try HDF5File.open(path), "")
            }
            #expect(outcome.refused > 100 && outcome.read > 100)
        }
    }

    static func readAll(_ file: HDF5File, _ group: String) throws {
        for name in try file.members(of: group) {
            let path = "\(group)/\(name)"
            switch file.kind(of: path) {
            case .group: try readAll(file, path)
            case .dataset:
                if try file.describe(path).content == .strings {
                    _ = try file.readStrings(path, limit: 1 << 24)
                } else {
                    _ = try file.read(path, limit: 1 << 24)
                }
            case nil: continue
            }
        }
    }
}
