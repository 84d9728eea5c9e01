// Between JavaScript values and C++ ones. A conversion that fails leaves a JavaScript exception pending.
#pragma once

namespace borealis {

using tfnodejs::GetTFJSBackend;
using tfnodejs::TFJSBackend;
using tfnodejs::TF_AutoStatus;

inline void Export(napi_env env, napi_value exports, const char* name, napi_callback callback) {
  napi_value function;
  napi_create_function(env, name, NAPI_AUTO_LENGTH, callback, nullptr, &function);
  napi_set_named_property(env, exports, name, function);
}

// The call's arguments; missing ones are undefined.
template <size_t count>
struct Arguments {
  napi_value values[count];
  Arguments(napi_env env, napi_callback_info info) {
    size_t given = count;
    napi_get_cb_info(env, info, &given, values, nullptr, nullptr);
  }
  napi_value operator[](size_t i) const { return values[i]; }
};

inline bool Threw(napi_env env) {
  bool pending = false;
  napi_is_exception_pending(env, &pending);
  return pending;
}

// True where TensorFlow reported an error, which then is a pending JavaScript exception.
inline bool Failed(napi_env env, TF_Status* status) {
  if (TF_GetCode(status) == TF_OK) return false;
  if (!Threw(env)) napi_throw_error(env, nullptr, TF_Message(status));
  return true;
}

inline std::string ToString(napi_env env, napi_value value) {
  size_t length = 0;
  if (napi_get_value_string_utf8(env, value, nullptr, 0, &length) != napi_ok) {
    napi_throw_type_error(env, nullptr, "expected a string");
    return {};
  }
  std::string text(length, '\0');
  napi_get_value_string_utf8(env, value, text.data(), length + 1, &length);
  return text;
}

inline int32_t ToInt(napi_env env, napi_value value) {
  int32_t number = 0;
  if (napi_get_value_int32(env, value, &number) != napi_ok) napi_throw_type_error(env, nullptr, "expected an integer");
  return number;
}

inline std::vector<napi_value> ToArray(napi_env env, napi_value value) {
  uint32_t length = 0;
  if (napi_get_array_length(env, value, &length) != napi_ok) {
    napi_throw_type_error(env, nullptr, "expected an array");
    return {};
  }
  std::vector<napi_value> elements(length);
  for (uint32_t i = 0; i < length; ++i) napi_get_element(env, value, i, &elements[i]);
  return elements;
}

inline std::vector<std::string> ToStrings(napi_env env, napi_value value) {
  std::vector<std::string> strings;
  for (napi_value element : ToArray(env, value)) strings.push_back(ToString(env, element));
  return strings;
}

struct Bytes {
  const void* data = nullptr;
  size_t length = 0;
};

inline Bytes ToBytes(napi_env env, napi_value value) {
  napi_typedarray_type type;
  void* data = nullptr;
  size_t length = 0, offset = 0;
  napi_value buffer;
  if (napi_get_typedarray_info(env, value, &type, &length, &data, &buffer, &offset) != napi_ok || type != napi_uint8_array) {
    napi_throw_type_error(env, nullptr, "expected a Uint8Array");
    return {};
  }
  return {data, length};
}

inline napi_value FromInt(napi_env env, int64_t number) {
  napi_value value;
  napi_create_int64(env, number, &value);
  return value;
}

inline napi_value FromBytes(napi_env env, const void* data, size_t length) {
  void* copy = nullptr;
  napi_value buffer, bytes;
  napi_create_arraybuffer(env, length, &copy, &buffer);
  std::memcpy(copy, data, length);
  napi_create_typedarray(env, napi_uint8_array, length, buffer, 0, &bytes);
  return bytes;
}

inline napi_value FromShape(napi_env env, const std::vector<int64_t>& dims) {
  napi_value shape;
  napi_create_array_with_length(env, dims.size(), &shape);
  for (size_t i = 0; i < dims.size(); ++i) napi_set_element(env, shape, i, FromInt(env, dims[i]));
  return shape;
}

// {dtype, shape}; shape is null where the rank is unknown, -1 stands for an unknown dimension.
inline napi_value FromDtypeAndShape(napi_env env, TF_DataType dtype, bool known, const std::vector<int64_t>& dims) {
  napi_value object, shape;
  napi_create_object(env, &object);
  napi_set_named_property(env, object, "dtype", FromInt(env, dtype));
  if (known) {
    shape = FromShape(env, dims);
  } else {
    napi_get_null(env, &shape);
  }
  napi_set_named_property(env, object, "shape", shape);
  return object;
}

// The handle behind a tensor id of the binding, or null with a pending exception.
inline TFE_TensorHandle* HandleOf(napi_env env, TFJSBackend* backend, int32_t id) {
  auto entry = backend->tfe_handle_map_.find(id);
  if (entry != backend->tfe_handle_map_.end()) return entry->second;
  napi_throw_error(env, nullptr, ("tensor " + std::to_string(id) + " does not exist: was it disposed?").c_str());
  return nullptr;
}

}  // namespace borealis
