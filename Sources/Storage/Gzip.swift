import CZlib
public import Diagnostics

/// Deflate streams: gzip files, and the members of zip archives.
public enum Gzip {
    /// Whether the bytes start as a gzip stream does (RFC 1952, §2.3.1).
    public static func isCompressed(_ bytes: [UInt8]) -> Bool { bytes.count >= 3 && bytes[0] == 0x1f && bytes[1] == 0x8b && bytes[2] == 8 }

    /// The contents of a gzip stream, all its members.
    ///
    /// - Parameters:
    ///   - name: what a diagnostic calls the stream.
    ///   - limit: largest accepted size in bytes of the contents.
    public static func unpack(_ bytes: [UInt8], named name: String, limit: Int = ByteFile.defaultLimit) throws(DiagnosticsError) -> [UInt8]
    {
        try inflate(bytes[...], wrapping: .gzip, named: name, limit: limit)
    }

    /// A gzip stream of `bytes`; equal bytes give equal streams.
    ///
    /// - Parameter level: 1 (fast) to 9 (small).
    public static func pack(_ bytes: [UInt8], level: Int = 6) -> [UInt8] {
        var stream = z_stream()
        let status = spk_deflate_gzip(&stream, Int32(max(1, min(level, 9))))
        precondition(status == Z_OK, "bug: zlib refuses to start (\(status))")
        defer { deflateEnd(&stream) }
        // zlib counts in 32 bits, so longer input is fed in pieces.
        var packed: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 1 << 18)
        var input = bytes
        input.withUnsafeMutableBufferPointer { input in
            var fed = 0
            var status: Int32 = Z_OK
            while status != Z_STREAM_END {
                if stream.avail_in == 0, fed < input.count {
                    let piece = min(input.count - fed, 1 << 30)
                    stream.next_in = input.baseAddress.map { $0 + fed }
                    stream.avail_in = UInt32(piece)
                    fed += piece
                }
                buffer.withUnsafeMutableBufferPointer { output in
                    stream.next_out = output.baseAddress
                    stream.avail_out = UInt32(output.count)
                    status = deflate(&stream, fed == input.count ? Z_FINISH : Z_NO_FLUSH)
                    packed.append(contentsOf: output.prefix(output.count - Int(stream.avail_out)))
                }
            }
        }
        return packed
    }

    /// What is around a deflate stream: any number of gzip members, a zlib header (RFC 1950), or nothing.
    enum Wrapping { case gzip, zlib, none }

    static func inflate(_ bytes: ArraySlice<UInt8>, wrapping: Wrapping, named name: String, limit: Int) throws(DiagnosticsError) -> [UInt8]
    {
        var stream = z_stream()
        let started = wrapping == .none ? spk_inflate_bare(&stream) : spk_inflate_gzip(&stream)
        precondition(started == Z_OK, "bug: zlib refuses to start (\(started))")
        defer { inflateEnd(&stream) }

        enum Outcome {
            case done, tooLarge
            case corrupt(String)
        }
        var contents: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 1 << 18)
        var input = Array(bytes)
        let outcome: Outcome = input.withUnsafeMutableBufferPointer { input in
            var fed = 0
            while true {
                if stream.avail_in == 0, fed < input.count {
                    let piece = min(input.count - fed, 1 << 30)
                    stream.next_in = input.baseAddress.map { $0 + fed }
                    stream.avail_in = UInt32(piece)
                    fed += piece
                }
                let status = buffer.withUnsafeMutableBufferPointer { output in
                    stream.next_out = output.baseAddress
                    stream.avail_out = UInt32(output.count)
                    let status = CZlib.inflate(&stream, Z_NO_FLUSH)
                    contents.append(contentsOf: output.prefix(output.count - Int(stream.avail_out)))
                    return status
                }
                if contents.count > limit { return .tooLarge }
                if status == Z_STREAM_END {
                    let rest = Int(stream.avail_in) + input.count - fed
                    // Further members follow; zeros that pad a tape block do not count.
                    guard wrapping == .gzip, rest > 1, input[input.count - rest] == 0x1f, input[input.count - rest + 1] == 0x8b else {
                        return .done
                    }
                    inflateReset(&stream)
                } else if status == Z_BUF_ERROR {
                    return .corrupt("it ends after \(contents.count) bytes of contents, in the middle of the stream")
                } else if status != Z_OK {
                    let reason = stream.msg.map { String(cString: $0) } ?? "zlib error \(status)"
                    return .corrupt("\(reason), after \(contents.count) bytes of contents")
                }
            }
        }
        switch outcome {
        case .done: return contents
        case .tooLarge: throw Storage.tooLarge(name, limit: limit)
        case .corrupt(let reason):
            throw DiagnosticsError(
                Diagnostic(
                    "storage-gzip-corrupt", "the compressed data of '\(name)' is damaged: \(reason)",
                    help: "fetch the file again, and compare its checksum with that of its source"))
        }
    }
}
