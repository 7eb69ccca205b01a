import Foundation
import Storage
import Support
import Testing

/// What is not a plain file is never replaced by one.
@Suite struct SpecialFileTests {
    @Test func `a pipe stays a pipe and gets the bytes`() throws {
        try withTemporaryDirectory { folder in
            let pipe = folder + "/pipe"
            #expect(mkfifo(pipe, 0o600) == 0)
            // Opened for reading and writing, so that neither end waits.
            let reader = open(pipe, O_RDWR)
            defer { close(reader) }
            try ByteFile.write("through", to: pipe)
            var bytes = [UInt8](repeating: 0, count: 7)
            #expect(read(reader, &bytes, 7) == 7)
            #expect(String(decoding: bytes, as: UTF8.self) == "through")
            var status = stat()
            #expect(lstat(pipe, &status) == 0 && status.st_mode & S_IFMT == S_IFIFO)
        }
    }

    @Test func `a link stays a link, and its file is replaced`() throws {
        try withTemporaryDirectory { folder in
            try ByteFile.write("old", to: folder + "/file")
            try FileManager.default.createSymbolicLink(atPath: folder + "/link", withDestinationPath: "file")
            try FileManager.default.createSymbolicLink(atPath: folder + "/dangling", withDestinationPath: folder + "/new")
            try ByteFile.write("new", to: folder + "/link")
            try ByteFile.write("first", to: folder + "/dangling")
            #expect(try ByteFile.readText(folder + "/file") == "new")
            #expect(try ByteFile.readText(folder + "/new") == "first")
            #expect(try FileManager.default.destinationOfSymbolicLink(atPath: folder + "/link") == "file")
        }
    }
}
