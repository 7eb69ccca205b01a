import Foundation
import FrontEnd
import Storage
import Support
import Testing

/// Yin-yang sets drawn by the published program (lkriener/yin_yang_data_set, numpy RandomState), equal to the last bit.
@Suite struct YinYangVectors {
    static let cases = files()

    private static func files() -> [String] {
        let folder = vectorsFolder("golden/brainscales")
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        return names.filter { $0.hasPrefix("yinyang") && $0.hasSuffix(".json") }.sorted().map { "\(folder)/\($0)" }
    }

    @Test func `holds cases`() { #expect(!Self.cases.isEmpty) }

    @Test(arguments: cases)
    func `draws the published samples`(_ path: String) throws {
        let vector = try JSONValue(parsing: try ByteFile.read(path), named: path)
        let seed = try #require(vector["seed"]?.int)
        let count = try #require(vector["size"]?.int)
        let drawn = YinYang(count: count, seed: UInt32(seed))

        for (index, sample) in try #require(vector["first_samples"]?.array).enumerated() {
            let expected = ["x", "y", "x_flip", "y_flip"].map { sample[$0]?.double }
            #expect(Array(drawn.features[4 * index..<4 * index + 4]) == expected, "sample \(index)")
            #expect(Int(drawn.labels[index]) == sample["label"]?.int, "label \(index)")
        }
        #expect((0..<3).map { label in drawn.labels.count { $0 == label } } == vector["class_counts"]?.ints)
        #expect(sha256(of: drawn.labels) == vector["sha256_labels_u8"]?.string)
        let points = (0..<count).flatMap { drawn.features[4 * $0..<4 * $0 + 2] }
        #expect(sha256(of: NumericArray(points).bytes) == vector["sha256_xy_le_f64"]?.string)
    }
}
