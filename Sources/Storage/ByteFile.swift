public import Diagnostics
import Foundation

/// Whole files as bytes: reading with transparent gzip, writing as one atomic step.
public enum ByteFile {
    /// What a file may hold unless the caller says otherwise, in bytes after unpacking: 4 GiB.
    public static let defaultLimit = 4 << 30

    /// The bytes of the file at `path`; a gzip stream is unpacked, whatever the file's name.
    ///
    /// - Parameter limit: largest size in bytes that is accepted, after unpacking.
    public static func read(_ path: String, limit: Int = defaultLimit) throws(DiagnosticsError) -> [UInt8] {
        let bytes = try readRaw(path, limit: limit)
        return Gzip.isCompressed(bytes) ? try Gzip.unpack(bytes, named: path, limit: limit) : bytes
    }

    /// The bytes of the file at `path` as they are.
    public static func readRaw(_ path: String, limit: Int = defaultLimit) throws(DiagnosticsError) -> [UInt8] {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw cannotRead(path, because: errorText()) }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw cannotRead(path, because: errorText()) }
        if status.st_mode & S_IFMT == S_IFDIR { throw cannotRead(path, because: "it is a directory") }
        guard status.st_size <= limit else { throw tooLarge(path, limit: limit) }
        // Pipes and /proc files state no size: the buffer grows until the end is seen.
        var bytes = [UInt8](repeating: 0, count: max(Int(status.st_size), 4096) + 1)
        var filled = 0
        while true {
            let got = bytes.withUnsafeMutableBytes { buffer in
                Foundation.read(descriptor, buffer.baseAddress.map { $0 + filled }, buffer.count - filled)
            }
            if got < 0 {
                if errno == EINTR { continue }
                throw cannotRead(path, because: errorText())
            }
            if got == 0 { break }
            filled += got
            guard filled <= limit else { throw tooLarge(path, limit: limit) }
            if filled == bytes.count { bytes.append(contentsOf: repeatElement(0, count: filled)) }
        }
        bytes.removeLast(bytes.count - filled)
        return bytes
    }

    /// The size in bytes of a plain file that can be opened.
    static func checkReadable(_ path: String) throws(DiagnosticsError) -> Int {
        var status = stat()
        guard access(path, R_OK) == 0, stat(path, &status) == 0 else { throw cannotRead(path, because: errorText()) }
        guard status.st_mode & S_IFMT == S_IFREG else { throw cannotRead(path, because: "it is not a plain file") }
        return Int(status.st_size)
    }

    /// The file at `path` as text; what is not UTF-8 is a fault of the file.
    public static func readText(_ path: String, limit: Int = defaultLimit) throws(DiagnosticsError) -> String {
        let bytes = try read(path, limit: limit)
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw DiagnosticsError(
                Diagnostic("storage-not-text", "'\(path)' is not UTF-8 text", help: "convert it with: iconv -t UTF-8 '\(path)'"))
        }
        return text
    }

    /// Writes `bytes` to `path` in one step: who reads meanwhile, or after a kill at any moment, sees the old file or the new one, whole.
    ///
    /// A device or a pipe is written to as it is; behind a symbolic link it is the file that is replaced, not the link.
    public static func write(_ bytes: [UInt8], to path: String) throws(DiagnosticsError) {
        if isSpecial(path) {
            return try bytes.span.withUnsafeBytes { contents throws(DiagnosticsError) in try writeRaw(contents, to: path) }
        }
        try replace(path) { temporary throws(DiagnosticsError) in
            try bytes.span.withUnsafeBytes { contents throws(DiagnosticsError) in try writeRaw(contents, to: temporary) }
        }
    }

    /// Writes text as UTF-8, in one step.
    public static func write(_ text: String, to path: String) throws(DiagnosticsError) {
        try write(Array(text.utf8), to: path)
    }

    /// Lets `body` build a file at a temporary path beside `path`, then puts it in place in one step; on failure nothing remains.
    public static func replace(_ path: String, body: (String) throws(DiagnosticsError) -> Void) throws(DiagnosticsError) {
        let path = linkTarget(of: path)
        guard !isSpecial(path) else { throw cannotWrite(path, because: "it is a device or a pipe") }
        let place = SiblingName(of: path)
        place.removeAbandoned()
        let temporary = place.make()
        do throws(DiagnosticsError) {
            try body(temporary)
            try synchronize(temporary)
            guard rename(temporary, path) == 0 else { throw cannotWrite(path, because: errorText()) }
        } catch {
            unlink(temporary)
            throw error
        }
    }

    /// Whether there is something at `path` that is neither a file nor a folder: it must never be renamed over.
    private static func isSpecial(_ path: String) -> Bool {
        var status = stat()
        guard stat(path, &status) == 0 else { return false }
        let kind = status.st_mode & S_IFMT
        return kind != S_IFREG && kind != S_IFDIR
    }

    /// The path that a chain of symbolic links ends in, whether or not it exists.
    private static func linkTarget(of path: String) -> String {
        var path = path
        for _ in 0..<40 {
            guard let target = try? FileManager.default.destinationOfSymbolicLink(atPath: path) else { break }
            let folder = (path as NSString).deletingLastPathComponent
            path = target.hasPrefix("/") || folder.isEmpty ? target : folder + "/" + target
        }
        return path
    }

    private static func writeRaw(_ bytes: UnsafeRawBufferPointer, to path: String) throws(DiagnosticsError) {
        let descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o666)
        guard descriptor >= 0 else { throw cannotWrite(path, because: errorText()) }
        defer { close(descriptor) }
        var written = 0
        while written < bytes.count {
            let count = Foundation.write(descriptor, bytes.baseAddress.map { $0 + written }, bytes.count - written)
            if count < 0 {
                if errno == EINTR { continue }
                throw cannotWrite(path, because: errorText())
            }
            written += count
        }
    }

    /// Waits until the file's bytes are on the disk.
    static func synchronize(_ path: String) throws(DiagnosticsError) {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw cannotWrite(path, because: errorText()) }
        defer { close(descriptor) }
        // File systems that cannot synchronise (some network mounts) say EINVAL; the rename is atomic all the same.
        if fsync(descriptor) != 0, errno != EINVAL { throw cannotWrite(path, because: errorText()) }
    }
}

/// What the system says of its last error.
func errorText() -> String { String(cString: strerror(errno)) }

func cannotRead(_ path: String, because reason: String) -> DiagnosticsError {
    DiagnosticsError(
        Diagnostic(
            "storage-cannot-read", "cannot read '\(path)': \(reason)",
            help: "check the path and its permissions: ls -l '\(path)'"))
}

func cannotWrite(_ path: String, because reason: String) -> DiagnosticsError {
    DiagnosticsError(
        Diagnostic(
            "storage-cannot-write", "cannot write '\(path)': \(reason)",
            help: "choose a path in a directory that exists and can be written, on a disk with room"))
}

func tooLarge(_ path: String, limit: Int) -> DiagnosticsError {
    DiagnosticsError(
        Diagnostic(
            "storage-too-large", "'\(path)' holds more than the \(limit) bytes that are accepted here",
            help: "check that it is the file that you meant, or split it"))
}
