/// Bytes as text of 64 letters (RFC 4648, section 4).
func base64(_ bytes: [UInt8]) -> String {
    let letters = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
    var text: [UInt8] = []
    text.reserveCapacity((bytes.count + 2) / 3 * 4)
    for start in stride(from: 0, to: bytes.count, by: 3) {
        let rest = bytes.count - start
        let word = Int(bytes[start]) << 16 | (rest > 1 ? Int(bytes[start + 1]) << 8 : 0) | (rest > 2 ? Int(bytes[start + 2]) : 0)
        text.append(letters[word >> 18])
        text.append(letters[word >> 12 & 63])
        text.append(rest > 1 ? letters[word >> 6 & 63] : UInt8(ascii: "="))
        text.append(rest > 2 ? letters[word & 63] : UInt8(ascii: "="))
    }
    return String(decoding: text, as: UTF8.self)
}
