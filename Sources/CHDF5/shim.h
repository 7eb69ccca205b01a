#pragma once
#include <hdf5.h>
#include <string.h>

// The macros and globals of HDF5 that Swift cannot see, as functions; the names follow the macros.

static inline hid_t spk_h5p_default(void) { return H5P_DEFAULT; }
static inline hid_t spk_h5s_all(void) { return H5S_ALL; }
static inline hid_t spk_h5p_file_access(void) { return H5P_FILE_ACCESS; }
static inline hid_t spk_h5p_file_create(void) { return H5P_FILE_CREATE; }
static inline hid_t spk_h5p_group_create(void) { return H5P_GROUP_CREATE; }
static inline hid_t spk_h5p_dataset_create(void) { return H5P_DATASET_CREATE; }
static inline hid_t spk_h5p_link_create(void) { return H5P_LINK_CREATE; }
static inline hid_t spk_h5t_c_s1(void) { return H5T_C_S1; }
static inline size_t spk_h5t_variable(void) { return H5T_VARIABLE; }

static inline unsigned spk_h5f_acc_trunc(void) { return H5F_ACC_TRUNC; }
static inline unsigned spk_h5f_acc_rdonly(void) { return H5F_ACC_RDONLY; }

/// The types in memory, in the order of the element types of Storage: integers by width, signed before unsigned, then reals.
static inline hid_t spk_h5t_native(int kind) {
  switch (kind) {
  case 0: return H5T_NATIVE_INT8;
  case 1: return H5T_NATIVE_UINT8;
  case 2: return H5T_NATIVE_INT16;
  case 3: return H5T_NATIVE_UINT16;
  case 4: return H5T_NATIVE_INT32;
  case 5: return H5T_NATIVE_UINT32;
  case 6: return H5T_NATIVE_INT64;
  case 7: return H5T_NATIVE_UINT64;
  case 8: return H5T_NATIVE_FLOAT;
  default: return H5T_NATIVE_DOUBLE;
  }
}

/// The types on disk: little-endian whatever the machine.
static inline hid_t spk_h5t_stored(int kind) {
  switch (kind) {
  case 0: return H5T_STD_I8LE;
  case 1: return H5T_STD_U8LE;
  case 2: return H5T_STD_I16LE;
  case 3: return H5T_STD_U16LE;
  case 4: return H5T_STD_I32LE;
  case 5: return H5T_STD_U32LE;
  case 6: return H5T_STD_I64LE;
  case 7: return H5T_STD_U64LE;
  case 8: return H5T_IEEE_F32LE;
  default: return H5T_IEEE_F64LE;
  }
}

/// h5py's Boolean: an 8-bit enumeration FALSE = 0, TRUE = 1.
static inline hid_t spk_h5t_boolean(void) {
  hid_t type = H5Tenum_create(H5T_STD_I8LE);
  signed char value = 0;
  if (type < 0) return type;
  H5Tenum_insert(type, "FALSE", &value);
  value = 1;
  H5Tenum_insert(type, "TRUE", &value);
  return type;
}

/// Whether a type is that enumeration.
static inline int spk_h5t_is_boolean(hid_t type) {
  hid_t boolean = spk_h5t_boolean();
  int same = boolean >= 0 && H5Tequal(type, boolean) > 0;
  if (boolean >= 0) H5Tclose(boolean);
  return same;
}

/// The oldest format that holds the contents, of all that the library knows.
static inline herr_t spk_h5_keep_oldest_format(hid_t access) {
  return H5Pset_libver_bounds(access, H5F_LIBVER_EARLIEST, H5F_LIBVER_LATEST);
}

static inline void spk_h5_silence(void) { H5Eset_auto2(H5E_DEFAULT, NULL, NULL); }

static inline herr_t spk_h5_keep_last(unsigned n, const H5E_error2_t *error, void *text) {
  (void)n;
  if (error->desc != NULL && error->desc[0] != '\0') {
    strncpy((char *)text, error->desc, 255);
    ((char *)text)[255] = '\0';
  }
  return 0;
}

/// Copies the innermost message of the error stack into `text` (256 bytes) and clears the stack.
static inline void spk_h5_take_error(char *text) {
  text[0] = '\0';
  H5Ewalk2(H5E_DEFAULT, H5E_WALK_DOWNWARD, spk_h5_keep_last, text);
  H5Eclear2(H5E_DEFAULT);
}

/// 0 group, 1 dataset, 2 another object, -1 nothing there or a link that leaves the file.
static inline int spk_h5_kind(hid_t parent, const char *name) {
  H5L_info_t link;
  if (H5Lget_info(parent, name, &link, H5P_DEFAULT) < 0) return -1;
  if (link.type != H5L_TYPE_HARD) return -1;
  H5O_info_t info;
  if (H5Oget_info_by_name2(parent, name, &info, H5O_INFO_BASIC, H5P_DEFAULT) < 0) return -1;
  return info.type == H5O_TYPE_GROUP ? 0 : info.type == H5O_TYPE_DATASET ? 1 : 2;
}

typedef void (*spk_h5_name_taker)(void *context, const char *name);

struct spk_h5_names_request {
  spk_h5_name_taker take;
  void *context;
};

static inline herr_t spk_h5_pass_name(hid_t group, const char *name, const H5L_info_t *info, void *request) {
  (void)group;
  (void)info;
  struct spk_h5_names_request *names = (struct spk_h5_names_request *)request;
  names->take(names->context, name);
  return 0;
}

/// Calls `take` with the name of every link of the group, in alphabetical order; negative on failure.
static inline herr_t spk_h5_names(hid_t group, spk_h5_name_taker take, void *context) {
  struct spk_h5_names_request request = {take, context};
  return H5Literate(group, H5_INDEX_NAME, H5_ITER_INC, NULL, spk_h5_pass_name, &request);
}
