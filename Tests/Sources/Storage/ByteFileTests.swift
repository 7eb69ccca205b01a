import Diagnostics
import Foundation
import Storage
import Support
import Testing

@Suite struct ByteFileTests {
    @Test func `bytes come back, packed or not`() throws {
        try withTemporaryDirectory { directory in
            for count in [0, 1, 4096, 4097, 1_000_003] {
                let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* $0 >> 3) }
                try ByteFile.write(bytes, to: directory + "/plain")
                #expect(try ByteFile.read(directory + "/plain") == bytes)
                let packed = Gzip.pack(bytes)
                #expect(packed == Gzip.pack(bytes))
                try ByteFile.write(packed, to: directory + "/packed.gz")
                #expect(try ByteFile.read(directory + "/packed.gz") == bytes)
                #expect(try ByteFile.readRaw(directory + "/packed.gz") == packed)
            }
            #expect(try FileManager.default.contentsOfDirectory(atPath: directory).count == 2, "nothing is left beside the files")
        }
    }

    @Test func `members of a stream follow each other, padding is ignored`() throws {
        let stream = Gzip.pack(Array("one ".utf8)) + Gzip.pack(Array("two".utf8)) + [0, 0, 0, 0]
        #expect(try Gzip.unpack(stream, named: "a") == Array("one two".utf8))
    }

    @Test func `a damaged stream ends in a diagnostic, at every place`() {
        let packed = Gzip.pack((0..<300).map { UInt8($0 % 251) })
        for length in 0..<packed.count {
            #expect(identifiers { try Gzip.unpack(Array(packed[..<length]), named: "a") } == ["storage-gzip-corrupt"])
        }
        for place in 10..<packed.count {
            var damaged = packed
            damaged[place] ^= 0x55
            #expect(identifiers { try Gzip.unpack(damaged, named: "a") } == ["storage-gzip-corrupt"], "byte \(place)")
        }
    }

    @Test func `sizes are limited before and after unpacking`() throws {
        try withTemporaryDirectory { directory in
            let bytes = [UInt8](repeating: 7, count: 1_000_000)
            try ByteFile.write(Gzip.pack(bytes), to: directory + "/bomb.gz")
            #expect(identifiers { try ByteFile.read(directory + "/bomb.gz", limit: 999_999) } == ["storage-too-large"])
            #expect(try ByteFile.read(directory + "/bomb.gz", limit: 1_000_000).count == 1_000_000)
            #expect(identifiers { try ByteFile.readRaw(directory + "/bomb.gz", limit: 10) } == ["storage-too-large"])
        }
    }

    @Test func `what cannot be read or written is named`() throws {
        try withTemporaryDirectory { directory in
            #expect(identifiers { try ByteFile.read(directory + "/none") } == ["storage-cannot-read"])
            #expect(identifiers { try ByteFile.read(directory) } == ["storage-cannot-read"])
            #expect(identifiers { try ByteFile.write("x", to: directory + "/no/such") } == ["storage-cannot-write"])
            try ByteFile.write([0xff, 0xfe], to: directory + "/binary")
            #expect(identifiers { try ByteFile.readText(directory + "/binary") } == ["storage-not-text"])
        }
    }

    @Test func `a failed replacement leaves the old file`() throws {
        try withTemporaryDirectory { directory in
            try ByteFile.write("old", to: directory + "/a")
            let failed = identifiers {
                try ByteFile.replace(directory + "/a") { temporary throws(DiagnosticsError) in
                    try ByteFile.write("half", to: temporary)
                    throw DiagnosticsError(Diagnostic("test-fault", "stopped in the middle"))
                }
            }
            #expect(failed == ["test-fault"])
            #expect(try ByteFile.readText(directory + "/a") == "old")
            #expect(try FileManager.default.contentsOfDirectory(atPath: directory) == ["a"])
        }
    }

    /// FIPS 180-2, appendix B.
    @Test func `digests are those of the standard`() throws {
        #expect(sha256(of: []) == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")
        #expect(sha256(of: Array("abc".utf8)) == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
        try withTemporaryDirectory { directory in
            try ByteFile.write("abc", to: directory + "/abc")
            #expect(try sha256(ofFile: directory + "/abc") == sha256(of: Array("abc".utf8)))
        }
    }
}
