import Diagnostics
import Foundation
import Storage
import Support
import Testing

@Suite struct AtomicDirectoryTests {
    /// A tree of three files that all hold the same version.
    static func publish(_ version: Int, at destination: String) throws {
        let tree = try AtomicDirectory(at: destination)
        try ByteFile.write("{\"spikewright\": 1}", to: tree.file("manifest.json"))
        for name in ["a", "b", "c"] { try ByteFile.write("\(version)", to: tree.file(name)) }
        try tree.publish()
    }

    static func names(_ directory: String) throws -> [String] { try FileManager.default.contentsOfDirectory(atPath: directory).sorted() }

    @Test func `a tree appears whole and replaces an older one of ours`() throws {
        try withTemporaryDirectory { directory in
            let out = directory + "/out"
            for version in 1...3 {
                try Self.publish(version, at: out)
                #expect(try Self.names(out) == ["a", "b", "c", "manifest.json"])
                #expect(try ByteFile.readText(out + "/b") == "\(version)")
                #expect(try Self.names(directory) == ["out"], "nothing is left beside it")
            }
        }
    }

    @Test func `an unpublished tree leaves nothing, and the old one as it was`() throws {
        try withTemporaryDirectory { directory in
            let out = directory + "/out"
            try Self.publish(1, at: out)
            do {
                let tree = try AtomicDirectory(at: out)
                try ByteFile.write("2", to: tree.file("a"))
            }
            #expect(try Self.names(directory) == ["out"])
            #expect(try ByteFile.readText(out + "/a") == "1")
        }
    }

    @Test func `a directory of somebody else is not replaced`() throws {
        try withTemporaryDirectory { directory in
            let out = directory + "/out"
            try FileManager.default.createDirectory(atPath: out, withIntermediateDirectories: false)
            try ByteFile.write("precious", to: out + "/thesis.txt")
            try ByteFile.write("{\"name\": \"of another tool\"}", to: out + "/manifest.json")
            #expect(identifiers { try Self.publish(1, at: out) } == ["storage-not-ours"])
            #expect(try ByteFile.readText(out + "/thesis.txt") == "precious")
            #expect(identifiers { try Self.publish(1, at: out + "/thesis.txt") } == ["storage-not-ours"])
            #expect(identifiers { try Self.publish(1, at: directory + "/no/such/place") } == ["storage-cannot-write"])
            #expect(try Self.names(directory) == ["out"])
        }
    }

    @Test func `an empty directory is filled, a link is followed, a slash at the end is ignored`() throws {
        try withTemporaryDirectory { directory in
            try FileManager.default.createDirectory(atPath: directory + "/real", withIntermediateDirectories: false)
            try FileManager.default.createSymbolicLink(atPath: directory + "/link", withDestinationPath: directory + "/real")
            try Self.publish(1, at: directory + "/real")
            try Self.publish(2, at: directory + "/link")
            try Self.publish(3, at: directory + "/real/")
            #expect(try ByteFile.readText(directory + "/real/a") == "3")
            #expect(try Self.names(directory) == ["link", "real"])
        }
    }

    @Test func `what killed runs left behind is removed, what runs is kept`() throws {
        try withTemporaryDirectory { directory in
            let out = directory + "/out"
            // No process has this number: it is beyond the largest that Linux gives (2^22).
            let dead = directory + "/.out.spikewright-99999999-1-0"
            // This process, but started at another time: the number was used again.
            let reused = directory + "/.out.spikewright-\(getpid())-1-0"
            let foreign = directory + "/.out.spikewright-notes"
            for path in [dead, reused, foreign] {
                try FileManager.default.createDirectory(atPath: path + "/sub", withIntermediateDirectories: true)
            }
            let living = try AtomicDirectory(at: out)
            try Self.publish(1, at: out)
            let expected = [".out.spikewright-notes", String(living.path.split(separator: "/").last ?? ""), "out"].sorted()
            #expect(try Self.names(directory) == expected)
        }
    }

    @Test func `writers at the same time leave one whole tree`() async throws {
        let directory = FileManager.default.temporaryDirectory.appending(path: "spikewright-test-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: directory) }
        try await withThrowingTaskGroup(of: Void.self) { group in
            for writer in 0..<4 {
                group.addTask { for round in 0..<10 { try Self.publish(writer * 100 + round, at: directory + "/out") } }
            }
            try await group.waitForAll()
        }
        let version = try ByteFile.readText(directory + "/out/a")
        #expect(try ByteFile.readText(directory + "/out/c") == version)
        #expect(try Self.names(directory) == ["out"])
    }

    /// `StorageKillTarget` publishes trees without end; it is killed at many moments, and what is there must be whole.
    @Test func `a kill at any moment leaves the old tree or the new one`() throws {
        let program = Bundle.main.bundleURL.deletingLastPathComponent().appending(path: "StorageKillTarget")
        let beside = URL(filePath: CommandLine.arguments[0]).deletingLastPathComponent().appending(path: "StorageKillTarget")
        let candidates = [program, beside, Bundle.main.bundleURL.appending(path: "StorageKillTarget")]
        let executable = try #require(candidates.first { FileManager.default.isExecutableFile(atPath: $0.path) })
        try withTemporaryDirectory { directory in
            let out = directory + "/out"
            try Self.publish(0, at: out)
            var seen: Set<String> = []
            for round in 0..<24 {
                let process = Process()
                process.executableURL = executable
                process.arguments = [out]
                let output = Pipe()
                process.standardOutput = output
                try process.run()
                // One byte comes for each tree; 37 and 41 are coprime, so the kills spread over the time of building one.
                for _ in 0..<1 + round % 3 { _ = output.fileHandleForReading.readData(ofLength: 1) }
                Thread.sleep(forTimeInterval: Double(round * 37 % 41) * 0.0002)
                kill(process.processIdentifier, SIGKILL)
                process.waitUntilExit()
                #expect(try Self.names(out) == ["a", "b", "c", "manifest.json"])
                let versions = try Set(["a", "b", "c"].map { try ByteFile.readText(out + "/" + $0) })
                #expect(versions.count == 1, "\(versions)")
                seen.formUnion(versions)
            }
            #expect(seen.count > 1, "no tree was published before the kill")
            try Self.publish(1, at: out)
            #expect(try Self.names(directory) == ["out"])
        }
    }
}
