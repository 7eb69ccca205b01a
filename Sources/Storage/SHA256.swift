import CCrypto
public import Diagnostics

/// The SHA-256 digest of `bytes` in lower-case hexadecimal, 64 characters.
public func sha256(of bytes: [UInt8]) -> String {
    var digest = [UInt8](repeating: 0, count: 32)
    let status = EVP_Digest(bytes, bytes.count, &digest, nil, EVP_sha256(), nil)
    precondition(status == 1, "bug: libcrypto offers no SHA-256")
    return hexadecimal(digest)
}

/// The SHA-256 digest of the file at `path`, as it is on disk.
public func sha256(ofFile path: String) throws(DiagnosticsError) -> String { sha256(of: try ByteFile.readRaw(path)) }

/// Two lower-case digits per byte.
public func hexadecimal(_ bytes: [UInt8]) -> String {
    let digits = Array("0123456789abcdef".utf8)
    return String(decoding: bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
}
