import Diagnostics
import Storage

/// What a core finds in SDRAM: a file of 32-bit little-endian words, a header and numbered regions
/// (layout: Documentation/Targets/spinnaker.md).
struct SDRAMFile {
    private static let magic: UInt32 = 0xAD13_0AD6
    private static let version: UInt32 = 0x0001_0000
    private static let regionCount = 32
    private static let headerWords = 2 + 3 * regionCount

    let path: String
    /// By number; nil where there is none.
    private let regions: [[UInt32]?]

    init(_ path: String) throws(DiagnosticsError) {
        self.path = path
        let words = try Self.words(path)
        guard words.count >= Self.headerWords, words[0] == Self.magic, words[1] == Self.version else {
            throw ArtifactManifest.damaged(path, "it does not begin with the header of an SDRAM image")
        }
        var regions: [[UInt32]?] = []
        for number in 0..<Self.regionCount {
            let (place, checksum, size) = (Int(words[2 + 3 * number]), words[3 + 3 * number], Int(words[4 + 3 * number]))
            if place == 0 {
                regions.append(nil)
                continue
            }
            guard place % 4 == 0, place / 4 >= Self.headerWords, size <= words.count - place / 4, place / 4 <= words.count else {
                throw ArtifactManifest.damaged(path, "region \(number) of \(size) words at byte \(place) does not lie within it")
            }
            let region = Array(words[place / 4..<place / 4 + size])
            let sum = region.reduce(UInt32(0)) { $0 &+ $1 }
            guard sum == checksum else {
                throw ArtifactManifest.damaged(path, "the words of region \(number) add up to \(sum), and its checksum is \(checksum)")
            }
            regions.append(region)
        }
        self.regions = regions
    }

    /// The words of a region, of which there are at least `count`.
    func region(_ number: Int, _ name: String, atLeast count: Int = 0) throws(DiagnosticsError) -> [UInt32] {
        guard let region = regions[number] else { throw damaged("region \(number) (\(name)) is missing") }
        guard region.count >= count else { throw damaged("region \(number) (\(name)) has \(region.count) words, and needs \(count)") }
        return region
    }

    func damaged(_ what: String) -> DiagnosticsError { ArtifactManifest.damaged(path, what) }

    /// A file as little-endian words.
    static func words(_ path: String) throws(DiagnosticsError) -> [UInt32] {
        let bytes = try ByteFile.readRaw(path)
        guard bytes.count % 4 == 0 else { throw ArtifactManifest.damaged(path, "its \(bytes.count) bytes are no whole words") }
        return bytes.withUnsafeBytes { raw in
            (0..<bytes.count / 4).map { UInt32(littleEndian: raw.loadUnaligned(fromByteOffset: 4 * $0, as: UInt32.self)) }
        }
    }
}
